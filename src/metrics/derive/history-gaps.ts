import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';

/** Two neighbours of a chain between which commits are not known. */
export interface HistoryGap {
  readonly repository_id: number;
  readonly full_name: string;
  readonly base: string;
  readonly head: string;
}

const MOST = 100;

/** Gaps behind the deployments that ship changes, the latest first. What is behind a baseline changes no number. */
export async function listHistoryGaps(trx: Trx, tenantId: number): Promise<HistoryGap[]> {
  const { rows } = await sql<HistoryGap>`
    select d.repository_id, r.full_name, before.head_sha as base, d.head_sha as head
    from (select distinct repository_id, deployment_id from shipped_commits
      where tenant_id = ${tenantId} and not parents_known) gap
    join production_deployments d on d.tenant_id = ${tenantId} and d.repository_id = gap.repository_id
      and d.deployment_id = gap.deployment_id and not d.baseline
    join repositories r on r.tenant_id = ${tenantId} and r.repository_id = d.repository_id
      and r.full_name is not null and r.deleted_at is null
    cross join lateral (
      select b.head_sha from production_deployments b
      where b.tenant_id = ${tenantId} and b.repository_id = d.repository_id and b.environment = d.environment
        and b.outcome = 'success' and (b.finished_at, b.deployment_id) < (d.finished_at, d.deployment_id)
      order by b.finished_at desc, b.deployment_id desc limit 1
    ) before
    order by d.finished_at desc limit ${MOST}`.execute(trx);
  return rows;
}
