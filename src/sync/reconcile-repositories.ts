import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../db/connection.ts';
import { enterTenant, leaveTenant, type Trx } from '../../db/tenant.ts';
import { type PayloadRepository, repository } from '../events/payload-repository.ts';
import { applyFacts } from '../facts/apply.ts';
import { settleTracking } from '../facts/tracking.ts';
import type { InstallationClient } from '../github/github.ts';
import type { Queue } from '../queue.ts';
import { compareRepositories, type StoredRepository } from './compare-repositories.ts';
import { startBackfill } from './start-backfill.ts';
import { NO_REPOSITORY, REPOSITORY_LIST } from './sync-cursor.ts';

const listed = repository.extend({ node_id: z.string() });
export type InstalledRepository = PayloadRepository & { readonly node_id: string };

const page = z.object({
  total_count: z.int().nonnegative(),
  repository_selection: z.enum(['all', 'selected']).nullish(),
  repositories: z.array(listed),
});

interface ReconcileRepositories {
  readonly github: InstallationClient;
  readonly queue: Queue;
  readonly tenantId: number;
}

/**
 * Brings the stored repositories in line with what the installation sees, and starts the backfill of those that nobody
 * told of.
 * @returns what it sees
 */
export async function reconcileRepositories(
  db: Database,
  { github, queue, tenantId }: ReconcileRepositories,
): Promise<readonly InstalledRepository[]> {
  const startedAt = new Date().toISOString();
  const { repositories, whole, selection } = await readList(github);
  await db.transaction().execute(async (trx) => {
    await enterTenant(trx, tenantId);
    const stored = await listStored(trx, tenantId);
    const differences = compareRepositories(stored, { repositories, whole, selection, startedAt });
    await applyFacts(trx, tenantId, [differences.facts]);
    await restore(trx, tenantId, differences.returned);
    if (whole) await settleList(trx, tenantId);
    await leaveTenant(trx);
    const { appeared } = differences;
    if (appeared.length > 0)
      await startBackfill(
        trx,
        { tenantId, repositoryIds: appeared, reason: 'reconciliation', floor: 'gap' },
        { queue },
      );
  });
  return repositories;
}

async function readList(github: InstallationClient) {
  const repositories = new Map<number, InstalledRepository>();
  let total = 0;
  let selection: 'all' | 'selected' = 'selected';
  const pages = github.restPages({
    route: 'GET /installation/repositories',
    parameters: { per_page: 100 },
    data: page,
  });
  for await (const { repositories: some, total_count, repository_selection } of pages) {
    for (const one of some) repositories.set(one.id, one);
    total = total_count;
    selection = repository_selection ?? 'selected';
  }
  // One that changed while it was read may have shown a repository on no page.
  return { repositories: [...repositories.values()], whole: repositories.size === total, selection };
}

async function listStored(trx: Trx, tenantId: number): Promise<readonly StoredRepository[]> {
  const { rows } = await sql<StoredRepository>`
    select repository_id, full_name, private, default_branch, archived, fork, installed, installed_at, deleted_at
    from repositories where tenant_id = ${tenantId}`.execute(trx);
  return rows;
}

/** A pass over the list that was given up has been made good: this has read it all. */
async function settleList(trx: Trx, tenantId: number): Promise<void> {
  await sql`
    update sync_cursors set state = 'done', cursor = null, attempts = 0, error = null, updated_at = now()
    where tenant_id = ${tenantId} and repository_id = ${NO_REPOSITORY} and entity = ${REPOSITORY_LIST}
      and state = 'failed'`.execute(trx);
}

/** No event takes a deletion back; GitHub's list does: the repository was restored, or transferred there and back. */
async function restore(trx: Trx, tenantId: number, repositoryIds: readonly number[]): Promise<void> {
  if (repositoryIds.length === 0) return;
  await sql`
    update repositories set deleted_at = null
    where tenant_id = ${tenantId} and repository_id = any(${repositoryIds}::bigint[])`.execute(trx);
  await settleTracking(trx, tenantId, { fill: false });
}
