import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { enterTenant, leaveTenant, type Trx, withTenant } from '../../db/tenant.ts';
import { NotFoundError } from '../errors.ts';
import type { RepositoryCounts } from '../github/documents/repository-counts.ts';
import type { InstallationClient } from '../github/github.ts';
import type { Queue } from '../queue.ts';
import { compareCounts, type CountedEntity } from './compare-counts.ts';
import type { EntityName } from './entity.ts';
import { type Permissions, readCounts } from './read-counts.ts';
import type { InstalledRepository } from './reconcile-repositories.ts';
import { removeUnlisted } from './remove-unlisted.ts';
import { startBackfill } from './start-backfill.ts';
import { listStoredCounts, recordCountChecks } from './stored-counts.ts';

const AT_ONCE = 50;
const RUNS_AGAIN_H = 12;

export interface ReconcileCounts {
  readonly github: InstallationClient;
  readonly queue: Queue;
  readonly tenantId: number;
  readonly permissions: Permissions;
  readonly repositories: readonly InstalledRepository[];
  /** How many days of history are kept; null: all, so that everything must be there. */
  readonly horizonDays: number | null;
  readonly signal?: AbortSignal;
}

/**
 * Compares what is stored of the repositories with GitHub's totals, and starts what brings the rest.
 * @returns how many repositories have something under way: worth another look when that is done
 */
export async function reconcileCounts(db: Database, request: ReconcileCounts): Promise<number> {
  let open = 0;
  for (let start = 0; start < request.repositories.length; start += AT_ONCE) {
    if (request.signal?.aborted === true) return open;
    const some = request.repositories.slice(start, start + AT_ONCE);
    const remote = await readCounts(
      request.github,
      some.map(({ node_id }) => node_id),
      request.permissions,
    );
    const actions = await compareAndStart(db, { ...request, remote });
    open += actions.started;
    for (const removal of actions.removals) open += await remove(db, { ...request, ...removal });
  }
  return open;
}

interface Removals {
  readonly repositoryId: number;
  readonly entities: readonly CountedEntity[];
}

/** In one transaction: what is recorded as started is started. */
function compareAndStart(db: Database, request: ReconcileCounts & { remote: readonly RepositoryCounts[] }) {
  const { tenantId, remote, horizonDays, queue } = request;
  return db.transaction().execute(async (trx) => {
    await enterTenant(trx, tenantId);
    const ids = remote.map(({ databaseId }) => databaseId);
    const gap = new Set(await listFailed(trx, tenantId, ids));
    const full = new Map<number, readonly EntityName[]>();
    const removals: Removals[] = [];
    for (const stored of await listStoredCounts(trx, tenantId, ids)) {
      const { repositoryId } = stored;
      const counts = remote.find(({ databaseId }) => databaseId === repositoryId);
      if (!counts) continue;
      const comparison = compareCounts(stored, counts, { complete: horizonDays === null });
      await recordCountChecks(trx, tenantId, { repositoryId, checks: comparison.checks });
      if (comparison.gap) gap.add(repositoryId);
      if (comparison.full.length > 0) full.set(repositoryId, comparison.full);
      if (comparison.listed.length > 0) removals.push({ repositoryId, entities: comparison.listed });
    }
    const runs = (await listWithRuns(trx, tenantId, ids)).filter((id) => !gap.has(id));
    await leaveTenant(trx);
    const reason = 'reconciliation';
    if (gap.size > 0) await startBackfill(trx, { tenantId, repositoryIds: [...gap], reason, floor: 'gap' }, { queue });
    if (runs.length > 0) {
      const entities = ['workflow_runs'] as const;
      await startBackfill(trx, { tenantId, repositoryIds: runs, entities, reason, floor: 'gap' }, { queue });
    }
    for (const [repositoryId, entities] of full) {
      await startBackfill(trx, { tenantId, repositoryIds: [repositoryId], entities, reason }, { queue });
    }
    return { started: gap.size + full.size, removals };
  });
}

/** Workflow runs have no total, and nothing else says that there are new ones: where they are of use, once a night. */
async function listWithRuns(trx: Trx, tenantId: number, repositoryIds: readonly number[]): Promise<number[]> {
  const { rows } = await sql<{ repository_id: number }>`
    select repository_id from sync_cursors c
    where tenant_id = ${tenantId} and repository_id = any(${repositoryIds}::bigint[]) and entity = 'workflow_runs'
      and state = 'done' and covered_until < now() - make_interval(hours => ${RUNS_AGAIN_H})
      and exists (select from workflow_runs w where w.tenant_id = ${tenantId} and w.repository_id = c.repository_id)`.execute(
    trx,
  );
  return rows.map(({ repository_id }) => repository_id);
}

/** Those of which a pass failed for good: it is tried again each time. */
async function listFailed(trx: Trx, tenantId: number, repositoryIds: readonly number[]): Promise<number[]> {
  const { rows } = await sql<{ repository_id: number }>`
    select distinct repository_id from sync_cursors
    where tenant_id = ${tenantId} and repository_id = any(${repositoryIds}::bigint[]) and state = 'failed'`.execute(
    trx,
  );
  return rows.map(({ repository_id }) => repository_id);
}

async function remove(db: Database, request: ReconcileCounts & Removals): Promise<number> {
  const { github, tenantId, repositories, repositoryId, entities } = request;
  const [owner, name] = repositories.find(({ id }) => id === repositoryId)?.full_name.split('/') ?? [];
  if (owner === undefined || name === undefined) return 0;
  let removed = 0;
  for (const entity of entities) {
    try {
      removed += await removeUnlisted(db, { github, tenantId, repository: { id: repositoryId, owner, name }, entity });
    } catch (error) {
      // It went while we looked: the list of repositories will say so.
      if (!(error instanceof NotFoundError)) throw error;
    }
  }
  await withTenant(db, tenantId, async (trx) => {
    const [stored] = await listStoredCounts(trx, tenantId, [repositoryId]);
    const checks = entities.flatMap((entity) => {
      const count = stored?.counts[entity];
      return count?.last ? [{ entity, ...count.last, stored: count.stored }] : [];
    });
    await recordCountChecks(trx, tenantId, { repositoryId, checks });
  });
  return removed > 0 ? 1 : 0;
}
