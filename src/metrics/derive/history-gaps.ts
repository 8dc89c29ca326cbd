import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';

/** Two commits between which some are not known. */
export interface HistoryGap {
  readonly repository_id: number;
  readonly full_name: string;
  readonly base: string;
  readonly head: string;
}

const MOST = 100;

/** Gaps on which a number depends, those of the latest deployments first. */
export async function listHistoryGaps(trx: Trx, tenantId: number): Promise<HistoryGap[]> {
  const { rows } = await sql<HistoryGap>`
    select g.repository_id, r.full_name, g.base, g.head
    from (${betweenNeighbours(tenantId)} union all ${unknownBaselines(tenantId)} union all ${unknownBranches(tenantId)}) g
    join repositories r on r.tenant_id = ${tenantId} and r.repository_id = g.repository_id
      and r.full_name is not null and r.deleted_at is null
    order by g.at desc nulls last, g.head limit ${MOST}`.execute(trx);
  return rows;
}

/** Behind the deployments that ship changes. What is behind a baseline changes no number. */
function betweenNeighbours(tenantId: number): RawBuilder<unknown> {
  return sql`
    select d.repository_id, before.head_sha as base, d.head_sha as head, d.finished_at as at
    from (select distinct repository_id, deployment_id from shipped_commits
      where tenant_id = ${tenantId} and not parents_known) gap
    join production_deployments d on d.tenant_id = ${tenantId} and d.repository_id = gap.repository_id
      and d.deployment_id = gap.deployment_id and not d.baseline
    cross join lateral (
      select b.head_sha from production_deployments b
      where b.tenant_id = ${tenantId} and b.repository_id = d.repository_id and b.environment = d.environment
        and b.outcome = 'success' and (b.finished_at, b.deployment_id) < (d.finished_at, d.deployment_id)
      order by b.finished_at desc, b.deployment_id desc limit 1
    ) before`;
}

/** A baseline of which nothing is known keeps nothing from being shipped by the next one. */
function unknownBaselines(tenantId: number): RawBuilder<unknown> {
  return sql`
    select d.repository_id, next.head_sha, d.head_sha, d.finished_at
    from production_deployments d
    cross join lateral (
      select b.head_sha from production_deployments b
      where b.tenant_id = ${tenantId} and b.repository_id = d.repository_id and b.environment = d.environment
        and b.outcome = 'success' and (b.finished_at, b.deployment_id) > (d.finished_at, d.deployment_id)
      order by b.finished_at, b.deployment_id limit 1
    ) next
    where d.tenant_id = ${tenantId} and d.baseline and not exists (
      select from commits c
      where c.tenant_id = ${tenantId} and c.repository_id = d.repository_id and c.sha = d.head_sha)`;
}

/** Branches whose commits are not known, where a deployment may be of one of them, and else stands for another. */
function unknownBranches(tenantId: number): RawBuilder<unknown> {
  return sql`
    select b.repository_id, main.head_sha, b.head_sha, null
    from (select distinct repository_id from production_deployments
      where tenant_id = ${tenantId} and match_sha is not null) d
    join repositories r on r.tenant_id = ${tenantId} and r.repository_id = d.repository_id
    join branches main on main.tenant_id = ${tenantId} and main.repository_id = d.repository_id
      and main.name = r.default_branch and main.deleted_at is null and main.head_sha is not null
    join branches b on b.tenant_id = ${tenantId} and b.repository_id = d.repository_id and b.deleted_at is null
      and b.head_sha is not null and b.name <> main.name
    where not exists (
      select from commits c
      where c.tenant_id = ${tenantId} and c.repository_id = b.repository_id and c.sha = b.head_sha)`;
}
