import { sql } from 'kysely';
import { afterAll } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { createLogger } from '../../src/logging.ts';
import { startQueue, SYNC_PAGE } from '../../src/queue.ts';
import type { Entity, PageRequest } from '../../src/sync/entity.ts';
import { type BackfillRequest, startBackfill } from '../../src/sync/start-backfill.ts';
import type { SyncCursor } from '../../src/sync/sync-cursor.ts';
import { type SyncDeps, syncPage } from '../../src/sync/sync-page.ts';
import { storeFacts } from './api.ts';
import { createTestDatabase } from './database.ts';
import { type FakeRepository, fakeGitHub, type Requests } from './fake-installation.ts';

const INSTALLED_AT = '2026-01-01T00:00:00.000Z';

/** A database, a queue, and a GitHub that is not there: what the engine does with them. */
export async function createSyncEngine() {
  const { db, url } = await createTestDatabase();
  const log = createLogger({ level: 'silent', format: 'json' });
  const queue = await startQueue({ url, log });
  afterAll(() => queue.stop({ graceful: false }));
  const requests: Requests = [];
  const sources = {
    owner: 'acme',
    repositories: [] as readonly FakeRepository[],
    requests,
    fault: (_request: string, _page: PageRequest | undefined): void => {},
  };
  const entities: Entity[] = [];
  const deps = { db, queue, github: fakeGitHub(sources), entities, horizonDays: null as number | null };

  return {
    db,
    url,
    queue,
    log,
    deps,
    sources,
    requests,
    entities,
    install: (tenantId: number, suspendedAt: string | null = null) => install(deps, tenantId, suspendedAt),
    backfill: (request: BackfillRequest) => db.transaction().execute((trx) => startBackfill(trx, request, { queue })),
    /** Runs the jobs that wait, in order, until none does. @returns the tenants, in turn */
    runJobs: () => runJobs(deps),
    readCursors: (tenantId: number) => readCursors(deps, tenantId),
  };
}

async function install({ db }: SyncDeps, tenantId: number, suspended_at: string | null): Promise<void> {
  const at = suspended_at ?? INSTALLED_AT;
  const about = { app_id: 1, repository_selection: 'all', permissions: null, events: null, created_at: null };
  await storeFacts(db, tenantId, `tenant-${tenantId}`, {
    installations: [{ installation_id: tenantId * 10, observed: { at, ...about, suspended_at } }],
  });
}

async function runJobs(deps: SyncDeps): Promise<number[]> {
  const turns: number[] = [];
  for (;;) {
    const [job] = await deps.queue.fetch<{ tenantId: number }>(SYNC_PAGE);
    if (!job) return turns;
    turns.push(job.data.tenantId);
    await syncPage(deps, job.data.tenantId);
    await deps.queue.complete(SYNC_PAGE, job.id);
  }
}

function readCursors({ db }: SyncDeps, tenantId: number): Promise<SyncCursor[]> {
  return withTenant(db, tenantId, async (trx) => {
    const { rows } = await sql<SyncCursor>`
      select * from sync_cursors where tenant_id = ${tenantId} order by repository_id, entity`.execute(trx);
    return rows;
  });
}
