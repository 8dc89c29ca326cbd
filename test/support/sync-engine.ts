import { sql } from 'kysely';
import { afterAll } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import type { Facts } from '../../src/facts/facts.ts';
import { createLogger } from '../../src/logging.ts';
import { startQueue, SYNC_PAGE } from '../../src/queue.ts';
import type { Entity, PageRequest } from '../../src/sync/entity.ts';
import { type BackfillRequest, startBackfill } from '../../src/sync/start-backfill.ts';
import type { SyncCursor } from '../../src/sync/sync-cursor.ts';
import { type SyncDeps, syncPage } from '../../src/sync/sync-page.ts';
import { sendDueTurns } from '../../src/sync/turns.ts';
import { storeFacts } from './api.ts';
import { createTestDatabase } from './database.ts';
import { type FakeEntity, type FakeRepository, fakeEntity, fakeGitHub } from './fake-installation.ts';

const INSTALLED_AT = '2026-01-01T00:00:00.000Z';

export interface FakeTenant {
  readonly tenantId: number;
  readonly repositories: readonly FakeRepository[];
}

/** A database, a queue, and a GitHub that is not there: what the engine does with them. */
export async function createSyncEngine(fakes: readonly FakeEntity[]) {
  const { db, url } = await createTestDatabase();
  const log = createLogger({ level: 'silent', format: 'json' });
  const queue = await startQueue({ url, log });
  afterAll(() => queue.stop({ graceful: false }));
  const sources = {
    requests: [] as string[],
    repositories: new Map<number, readonly FakeRepository[]>(),
    fault: (_request: string, _page: PageRequest | undefined): void => {},
  };
  const entities: Entity[] = fakes.map((fake) => fakeEntity(sources, fake));
  const deps: SyncDeps = { db, queue, log, github: fakeGitHub(sources), entities, horizonDays: null };

  return {
    db,
    url,
    queue,
    log,
    deps,
    sources,
    /** Installs the app, without telling anybody. */
    install: ({ tenantId, repositories }: FakeTenant, suspendedAt?: string) => {
      sources.repositories.set(tenantId, repositories);
      return storeFacts(db, tenantId, `org-${tenantId}`, installationFact(tenantId, suspendedAt));
    },
    backfill: (request: BackfillRequest) => db.transaction().execute((trx) => startBackfill(trx, request, { queue })),
    /** Runs the jobs that wait, in order, until none does. @returns the tenants, in turn */
    runJobs: (with_: SyncDeps = deps) => runJobs(with_),
    /** As if an hour had passed: everything is due, and whoever died has lost the turn. */
    passAnHour: async () => {
      for (const { tenant_id } of (await sql<{ tenant_id: number }>`select tenant_id from tenants`.execute(db)).rows) {
        await withTenant(db, tenant_id, (trx) =>
          sql`update sync_cursors set due_at = due_at - interval '1 hour' where tenant_id = ${tenant_id}`.execute(trx),
        );
      }
      await sql`update sync_turns set due_at = due_at - interval '1 hour', leased_until = leased_until - interval '1 hour'`.execute(
        db,
      );
      await sendDueTurns(db, queue);
    },
    readCursors: (tenantId: number) => readCursors(deps, tenantId),
    readCursor: async (tenantId: number, repositoryId: number, entity = 'issues') => {
      const cursor = (await readCursors(deps, tenantId)).find(
        (each) => each.repository_id === repositoryId && each.entity === entity,
      );
      if (!cursor) throw new Error('there is no such cursor');
      return cursor;
    },
    readSync: (tenantId: number, syncId: number) => readSync(deps, tenantId, syncId),
  };
}

export function installationFact(tenantId: number, suspended_at: string | null = null, at = suspended_at): Facts {
  const about = { app_id: 1, repository_selection: 'all', permissions: null, events: null, created_at: null };
  return {
    installations: [{ installation_id: tenantId, observed: { at: at ?? INSTALLED_AT, ...about, suspended_at } }],
  };
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

function readSync({ db }: SyncDeps, tenantId: number, syncId: number) {
  return withTenant(db, tenantId, (trx) =>
    trx
      .selectFrom('syncs')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('sync_id', '=', syncId)
      .executeTakeFirstOrThrow(),
  );
}
