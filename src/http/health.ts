import type { IncomingMessage, ServerResponse } from 'node:http';
import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { listPendingMigrations } from '../../db/migrate.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { sendProblem } from './send-problem.ts';
import type { Logger } from '../logging.ts';
import type { Queue } from '../queue.ts';

export interface HealthOptions {
  db: Database;
  /** The owner's, which sees the migrations. */
  databaseUrl: string;
  queue: Queue;
  log: Logger;
  timeoutMs?: number;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** @returns the handlers by path */
export function createHealth(options: HealthOptions): ReadonlyMap<string, Handler> {
  const checks = createChecks(options);
  return new Map<string, Handler>([
    ['/livez', onlyGet(async () => ({ status: 200, body: { status: 'live' } }))],
    ['/readyz', onlyGet(() => readiness(checks, options))],
    [
      '/api/webhooks/health',
      onlyGet(async () => ({
        status: 200,
        body: { status: 'healthy', service: 'github-webhook-handler', version: packageJson.version },
      })),
    ],
  ]);
}

type Checks = Readonly<Record<string, () => Promise<void>>>;

function createChecks({ db, databaseUrl, queue }: HealthOptions): Checks {
  let migrated = false;
  return {
    database: async () => {
      await sql`select 1`.execute(db);
    },
    queue: async () => {
      if (!(await queue.isInstalled())) throw new Error('the queue is not installed');
    },
    migrations: async () => {
      // The schema only goes forward, so that once is enough.
      if (migrated) return;
      const pending = await listPendingMigrations(databaseUrl);
      if (pending.length > 0) throw new Error(`migrations are pending: ${pending.join(', ')}`);
      migrated = true;
    },
  };
}

async function readiness(checks: Checks, { log, timeoutMs = 2_000 }: HealthOptions) {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        await inTime(check(), timeoutMs);
        return [name, 'ok'] as const;
      } catch (err) {
        log.warn({ err }, `not ready: ${name}`);
        return [name, 'failed'] as const;
      }
    }),
  );
  const ready = results.every(([, result]) => result === 'ok');
  return {
    status: ready ? 200 : 503,
    body: { status: ready ? 'ready' : 'not ready', checks: Object.fromEntries(results) },
  };
}

async function inTime(work: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function onlyGet(answer: () => Promise<{ status: number; body: object }>): Handler {
  return async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      sendProblem(request, response, { status: 405, detail: 'Use GET.', headers: { allow: 'GET, HEAD' } });
      return;
    }
    const { status, body } = await answer();
    const text = JSON.stringify(body);
    response.writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-store',
    });
    response.end(request.method === 'HEAD' ? undefined : text);
  };
}
