import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import type { GitHub } from '../github/github.ts';
import { type Queue, sendHydrate } from '../queue.ts';
import type { Permissions } from './read-counts.ts';
import { reconcileCounts } from './reconcile-counts.ts';
import { reconcileRepositories } from './reconcile-repositories.ts';
import { sinceHorizon } from './pass.ts';
import { listStoredCommits, recordCountChecks } from './stored-counts.ts';

export interface ReconcileDeps {
  readonly github: Pick<GitHub, 'installation'>;
  readonly queue: Queue;
  readonly horizonDays: number | null;
  readonly signal?: AbortSignal;
}

interface LiveInstallation {
  readonly installation_id: number;
  readonly permissions: Permissions;
}

/**
 * Compares a tenant with GitHub: its repositories, then how much there is of each.
 * @returns whether something was started: then another look, when it is done, may find more
 * @throws RateLimitedError, SuspendedError and the rest of what `InstallationClient` throws
 */
export async function reconcileTenant(
  db: Database,
  tenantId: number,
  { github, queue, horizonDays, signal }: ReconcileDeps,
): Promise<boolean> {
  const installation = await findLiveInstallation(db, tenantId);
  if (!installation) return false;
  const ref = { tenantId, installationId: installation.installation_id };
  const client = github.installation(ref, { priority: 'history' });
  const repositories = await reconcileRepositories(db, { github: client, queue, tenantId });
  const open = await reconcileCounts(db, {
    github: client,
    queue,
    tenantId,
    permissions: installation.permissions,
    repositories,
    horizonDays,
    ...(signal && { signal }),
  });
  await closeGapsOf(db, tenantId, { queue, horizonDays });
  return open > 0;
}

/**
 * Commits have no total that is cheap to compare: that one is named as a parent and not stored tells as much. What is
 * missing is recorded as of now, and read by jobs.
 */
function closeGapsOf(
  db: Database,
  tenantId: number,
  { queue, horizonDays }: Pick<ReconcileDeps, 'queue' | 'horizonDays'>,
): Promise<void> {
  return withTenant(db, tenantId, async (trx) => {
    for (const { repositoryId, stored, missing } of await listStoredCommits(trx, tenantId, sinceHorizon(horizonDays))) {
      const check = { entity: 'commits', stored, total: stored + missing, step: missing > 0 ? 'gap' : 'none' } as const;
      await recordCountChecks(trx, tenantId, { repositoryId, checks: [check] });
      if (missing > 0) await sendHydrate(queue, trx, { tenantId, repositoryId }, { gaps: true });
    }
  });
}

function findLiveInstallation(db: Database, tenantId: number): Promise<LiveInstallation | undefined> {
  return withTenant(db, tenantId, async (trx) => {
    const { rows } = await sql<LiveInstallation>`
      select installation_id, permissions from installations
      where tenant_id = ${tenantId} and deleted_at is null and suspended_at is null
      order by installation_id desc limit 1`.execute(trx);
    return rows[0];
  });
}
