import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { connect } from '../db/connection.ts';
import { migrateToLatest } from '../db/migrate.ts';
import { openDatabase } from '../db/open-database.ts';
import { StaleEvents } from '../src/http/api/stale-events.ts';
import { createApi } from '../src/http/api/app.ts';
import type { Api } from '../src/http/api/api-env.ts';
import { createLogger } from '../src/logging.ts';
import { recomputeAll } from '../src/metrics/derive/recompute.ts';
import { startQueue } from '../src/queue.ts';
import { arbitraryRequest, type HostileRequest } from '../test/support/arbitrary-request.ts';
import { type Operation, readDocument } from '../test/support/operations.ts';
import { COMMITS_PER_BLOCK, storeTenant } from './metrics/made-tenant.ts';
import { percentile, timed } from './metrics/timing.ts';

const { values: options } = parseArgs({
  options: {
    /** Of the organization that is asked. */
    commits: { type: 'string', default: '100000' },
    /** To each operation, of each kind. */
    requests: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
  },
});

const OPERATOR_TOKEN = 'operator-token-of-the-benchmark';
const TENANT = 1;
const known = {
  org: ['org-1'],
  repo: ['repository-1'],
  repository: ['repository-1'],
  login: ['person-1'],
  author: ['person-1'],
  id: ['1001'],
  number: ['1'],
  metric: ['lead-time', 'change-fail-rate'],
  file: ['lead-time.csv'],
};
const log = createLogger({ level: 'fatal', format: 'json' });

const folder = await mkdtemp(join(tmpdir(), 'shiplog-bench-'));
const database = await openDatabase({ databaseUrl: undefined, dataDir: folder });
try {
  console.log(`${availableParallelism()} cores, PostgreSQL ${database.version}, load ${loadavg()[0]?.toFixed(1)}`);
  await migrateToLatest(database.url);
  const db = connect({ url: database.url });
  const queue = await startQueue({ url: database.url, log });
  const [to, blocks] = [new Date(), [Math.round(Number(options.commits) / COMMITS_PER_BLOCK)]];
  const from = new Date(to.getTime() - 365 * 86_400_000);
  await storeTenant(db, { tenantId: TENANT, blocks, blocksPerDeployment: 5, from, to });
  await recomputeAll(db, TENANT, new AbortController().signal);
  const rateLimits = { caller: 1e9, stranger: 1e9 };
  const events = new StaleEvents({ url: database.url, log });
  await measure(createApi({ db, queue, log, events, connected: false, operatorToken: OPERATOR_TOKEN, rateLimits }));
  await events.close();
  await queue.stop({ graceful: false });
  await db.destroy();
} finally {
  await database.close();
  await rm(folder, { recursive: true, force: true });
}

/** Reads as a client sends them, and the same with something wrong in them, in turns: does any wrong one take long? */
async function measure(api: Api): Promise<void> {
  const { operations, schemas } = readDocument(await (await api.request('/openapi.json')).json());
  // A stream has no end, and a file is as long as what is in it.
  const reads = operations.filter(
    ({ method, path }) => method === 'GET' && !/events$|csv$|\{file\}|archive/.test(path),
  );
  const [plain, hostile]: [number[], number[]] = [[], []];
  let slowest = { ms: 0, path: '' };
  for (const operation of reads) {
    const sample = { numRuns: Number(options.requests), seed: Number(options.seed) };
    for (const request of fc.sample(arbitraryRequest(operation, { schemas, known }), sample)) {
      plain.push(await send(api, plainRequest(operation)));
      const ms = await send(api, request);
      hostile.push(ms);
      if (ms > slowest.ms) slowest = { ms, path: request.path.slice(0, 160) };
    }
  }
  report('plain', plain);
  report('hostile', hostile);
  console.log(`ratio    p99 ${(percentile(hostile, 0.99) / percentile(plain, 0.99)).toFixed(2)} of plain`);
  console.log(`slowest  ${slowest.ms.toFixed(1)} ms: ${slowest.path}`);
}

function plainRequest({ method, path }: Operation): HostileRequest {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => Object(known)[name]?.[0] ?? '1');
  return { method, path: filled, headers: {}, body: undefined };
}

async function send(api: Api, { method, path, headers }: HostileRequest): Promise<number> {
  const { ms } = await timed(async () => {
    const authorization = `Bearer ${OPERATOR_TOKEN}`;
    const response = await api.request(path, { method, headers: { ...headers, authorization } });
    await response.arrayBuffer();
    if (response.status >= 500) throw new Error(`${method} ${path} answered ${response.status}`);
  });
  return ms;
}

function report(kind: string, times: readonly number[]): void {
  const [p50, p95, p99, most] = [0.5, 0.95, 0.99, 1].map((share) => percentile(times, share).toFixed(1));
  console.log(
    `${kind.padEnd(8)} ${times.length} reads: p50 ${p50} ms, p95 ${p95} ms, p99 ${p99} ms, slowest ${most} ms`,
  );
}
