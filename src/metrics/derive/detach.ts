import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';

export interface Detached {
  readonly deployments: readonly number[];
  /** Commits that other chains ship, too: these may now be the first. */
  readonly shas: readonly string[];
  /** Pull requests that are shipped no more. */
  readonly pulls: readonly number[];
}

export const nothingDetached: Detached = { deployments: [], shas: [], pulls: [] };

/**
 * Takes the commits from deployments and from all that follow them in their chains: these wait to be attributed again.
 */
export async function detachChains(trx: Trx, place: Place, moved: readonly number[]): Promise<Detached> {
  if (moved.length === 0) return nothingDetached;
  const { tenantId, repositoryId } = place;
  const { rows: detached } = await sql<{ deployment_id: number }>`
    select d.deployment_id from production_deployments d
    join (
      select distinct on (environment) environment, finished_at, deployment_id from production_deployments
      where tenant_id = ${tenantId} and repository_id = ${repositoryId} and outcome = 'success'
        and deployment_id = any(${moved}::bigint[])
      order by environment, finished_at, deployment_id
    ) first on first.environment = d.environment
      and (d.finished_at, d.deployment_id) >= (first.finished_at, first.deployment_id)
    where d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId} and d.outcome = 'success'`.execute(trx);
  const ids = detached.map(({ deployment_id }) => deployment_id);
  const { rows: shared } = await sql<{ sha: string }>`
    select distinct c.sha from deployment_changes c
    join shipped_commits m on m.tenant_id = ${tenantId} and m.repository_id = ${repositoryId} and m.sha = c.sha
      and m.deployment_id = any(${ids}::bigint[])
    where c.tenant_id = ${tenantId} and c.repository_id = ${repositoryId}
      and c.deployment_id <> all(${ids}::bigint[])`.execute(trx);
  const pulls = await takeCommits(trx, place, ids);
  return { deployments: ids, shas: shared.map(({ sha }) => sha), pulls };
}

async function takeCommits(trx: Trx, { tenantId, repositoryId }: Place, ids: readonly number[]): Promise<number[]> {
  const ofThem = sql`
    tenant_id = ${tenantId} and repository_id = ${repositoryId} and deployment_id = any(${ids}::bigint[])`;
  const { rows } = await sql<{ number: number }>`
    delete from deployment_changes where ${ofThem} returning number`.execute(trx);
  await sql`delete from shipped_commits where ${ofThem}`.execute(trx);
  await sql`
    update production_deployments set attributed = false, baseline = false, rollback_of = null
    where ${ofThem}`.execute(trx);
  return [...new Set(rows.map(({ number }) => number))];
}
