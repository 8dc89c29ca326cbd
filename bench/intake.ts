import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import type { LoadResult } from './intake/load-order.ts';
import {
  type BenchServer,
  type LoadGenerator,
  residentMegabytes,
  startBaseline,
  startLoadGenerator,
  startShiplogServer,
  stopServer,
} from './intake/processes.ts';

// Signed pushes of 8 KB, each with a GUID of its own. The servers take turns, so that what else the machine does
// falls on all of them; every number is the median of the rounds.
const ROUNDS = 5;
const SECONDS = 2;
const CONNECTIONS = [32, 128] as const;
const MEMORY_DELIVERIES = 100_000;

const directory = mkdtempSync(join(tmpdir(), 'shiplog-bench-'));
// PostgreSQL's user may enter, so that the data stays inside and goes with it.
chmodSync(directory, 0o711);
const load = startLoadGenerator();
const servers: BenchServer[] = [];
try {
  servers.push(await startBaseline('bare'), await startBaseline('probot'), await startShiplogServer(directory));
  await run(servers);
} finally {
  load.stop();
  await Promise.all(servers.map(stopServer));
  rmSync(directory, { recursive: true, force: true });
}

async function run([bare, probot, shiplog]: BenchServer[]): Promise<void> {
  if (!bare || !probot || !shiplog) throw new Error('a server is missing');
  console.log(`npm run bench:intake on ${machine()}\n`);
  for (const server of [bare, probot, shiplog]) await load.run(server, { connections: 128, seconds: 4 });
  console.log(
    '| connections | server | requests/s | p50 ms | p99 ms | to bare | to Probot |\n|---|---|---|---|---|---|---|',
  );
  let atMost = 0;
  for (const connections of CONNECTIONS) {
    const rounds = await runRounds([bare, probot, shiplog], connections);
    for (const server of [bare, probot, shiplog]) {
      const results = rounds.map((round) => resultOf(round, server));
      const ratio = (to: BenchServer) =>
        median(rounds.map((round) => resultOf(round, server).perSecond / resultOf(round, to).perSecond)).toFixed(2);
      const perSecond = median(results.map((result) => result.perSecond));
      if (server === shiplog) atMost = perSecond;
      const times = [median(results.map(({ p50 }) => p50)), median(results.map(({ p99 }) => p99))];
      console.log(
        `| ${connections} | ${server.name} | ${Math.round(perSecond)} | ${times.map((ms) => ms.toFixed(1)).join(' | ')} | ${ratio(bare)} | ${ratio(probot)} |`,
      );
    }
  }
  await measureHalfLoad(shiplog, atMost / 2);
  await measureMemory(shiplog, load);
}

type Round = ReadonlyMap<BenchServer, LoadResult>;

async function runRounds(servers: readonly BenchServer[], connections: number): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const results = new Map<BenchServer, LoadResult>();
    for (const server of servers) results.set(server, await load.run(server, { connections, seconds: SECONDS }));
    rounds.push(results);
  }
  return rounds;
}

async function measureHalfLoad(shiplog: BenchServer, rate: number): Promise<void> {
  const results = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    results.push(await load.run(shiplog, { connections: 128, seconds: SECONDS, rate }));
  }
  const p50 = median(results.map((result) => result.p50));
  const p99 = median(results.map((result) => result.p99));
  console.log(`\nAt half load (${Math.round(rate)}/s over 128): p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
}

async function measureMemory(shiplog: BenchServer, load: LoadGenerator): Promise<void> {
  const samples = [residentMegabytes(shiplog)];
  let deliveries = 0;
  while (deliveries < MEMORY_DELIVERIES) {
    deliveries += (await load.run(shiplog, { connections: 128, seconds: 3 })).requests;
    samples.push(residentMegabytes(shiplog));
  }
  console.log(`Memory over ${deliveries} more deliveries: ${samples.join(', ')} MB`);
}

function resultOf(round: Round, server: BenchServer): LoadResult {
  const result = round.get(server);
  if (!result) throw new Error(`no result of ${server.name}`);
  return result;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function machine(): string {
  return `${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.version}, embedded PostgreSQL with fsync`;
}
