import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import type { PullPlace } from './read-open-pull.ts';

interface MergedRow {
  readonly first_deployment_id: number | null;
  readonly reverted_by: number | null;
  readonly revert_deployed_at: Date | null;
  readonly baseline_environment: string | null;
  readonly baseline_finished_at: Date | null;
  readonly off_path: boolean;
}

/** What became of a merged pull request. */
export async function findMergedRow(trx: Trx, place: PullPlace): Promise<MergedRow | undefined> {
  const { tenantId, repositoryId, number } = place;
  const { rows } = await sql<MergedRow>`
    select m.first_deployment_id, revert.number as reverted_by, revert.deployed_at as revert_deployed_at,
      baseline.environment as baseline_environment, baseline.finished_at as baseline_finished_at,
      case when m.shipped_by is null then (${isOffPath(place)}) else false end as off_path
    from merged_pull_requests m
    join pull_requests p on p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.number = m.number
    left join lateral (
      select r.number, r.deployed_at from merged_pull_requests r
      where r.tenant_id = ${tenantId} and r.repository_id = ${repositoryId} and r.reverts <> '{}'
        and ${number} = any(r.reverts) and r.merged_at >= m.merged_at
      order by r.merged_at limit 1
    ) revert on true
    left join lateral (
      select s.environment, s.finished_at from shipped_commits s
      where s.tenant_id = ${tenantId} and s.repository_id = ${repositoryId} and s.sha = m.merge_commit_sha
        and m.first_deployment_id is null
      order by s.finished_at limit 1
    ) baseline on true
    where m.tenant_id = ${tenantId} and m.repository_id = ${repositoryId} and m.number = ${number}`.execute(trx);
  return rows[0];
}

/**
 * Whether nothing of the branch of a merged pull request `m`, `p` came to production. Of the default branch that is said
 * only after a deployment: an hour later, since one that was under way could not have it.
 */
function isOffPath({ tenantId, repositoryId }: PullPlace): RawBuilder<boolean> {
  return sql`
    (exists (
      select from repositories r
      where r.tenant_id = ${tenantId} and r.repository_id = ${repositoryId} and r.default_branch <> p.base_ref)
    or exists (
      select from production_deployments d
      where d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId} and d.outcome = 'success'
        and d.finished_at > m.merged_at + interval '1 hour'))
    and not exists (
      select from pull_requests q
      join merged_pull_requests o on o.tenant_id = ${tenantId} and o.repository_id = ${repositoryId}
        and o.number = q.number
      where q.tenant_id = ${tenantId} and q.repository_id = ${repositoryId} and q.base_ref = p.base_ref
        and (o.shipped_by is not null or exists (
          select from shipped_commits s
          where s.tenant_id = ${tenantId} and s.repository_id = ${repositoryId} and s.sha = o.merge_commit_sha)))`;
}
