import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { isSynced } from '../../sync/wanted-passes.ts';

/** Each is a request, or some. */
const MOST = 20;

export interface MissingFiles {
  readonly repositoryId: number;
  readonly owner: string;
  readonly repo: string;
  readonly number: number;
  /** The branch that it was merged to. */
  readonly branch: string;
}

/**
 * Pull requests that were merged without a check run, so that nobody has read their files: first those of deployments
 * that failed, of which others are warned, then all that the size of pull requests is made of, in a window and the one before.
 */
export async function listMissingFiles(trx: Trx, tenantId: number): Promise<MissingFiles[]> {
  const { rows } = await sql<{ repository_id: number; full_name: string; number: number; base_ref: string }>`
    select m.repository_id, r.full_name, m.number, p.base_ref from merged_pull_requests m
    join repositories r on r.tenant_id = ${tenantId} and r.repository_id = m.repository_id and ${isSynced}
    join pull_requests p on p.tenant_id = ${tenantId} and p.repository_id = m.repository_id and p.number = m.number
      and p.base_ref is not null
    left join production_deployments d on d.tenant_id = ${tenantId} and d.repository_id = m.repository_id
      and d.deployment_id = m.first_deployment_id and d.finished_at > now() - interval '90 days' and exists (
        select from deployment_failures f
        where f.tenant_id = ${tenantId} and f.repository_id = d.repository_id and f.deployment_id = d.deployment_id)
    where m.tenant_id = ${tenantId} and (d.deployment_id is not null or m.merged_at > now() - interval '180 days')
      and not exists (
        select from pull_request_file_lists l
        where l.tenant_id = ${tenantId} and l.repository_id = m.repository_id and l.number = m.number)
    order by d.finished_at desc nulls last, m.merged_at desc, m.number desc limit ${MOST}`.execute(trx);
  return rows.map(({ repository_id, full_name, number, base_ref: branch }) => {
    const [owner = '', repo = ''] = full_name.split('/');
    return { repositoryId: repository_id, owner, repo, number, branch };
  });
}

/** Of what was closed so long ago that nothing speaks of it any more. What was counted of them stays: numbers of then are made of it. */
export async function removeOldFiles(trx: Trx, tenantId: number): Promise<void> {
  const isOld = sql`
    from pull_requests p
    where p.tenant_id = ${tenantId} and p.repository_id = f.repository_id and p.number = f.number
      and p.closed_at < now() - interval '180 days'`;
  await sql`
    delete from pull_request_files f where f.tenant_id = ${tenantId} and exists (select ${isOld})`.execute(trx);
  await sql`
    delete from pull_request_file_lists f
    where f.tenant_id = ${tenantId} and f.read_lines is null and exists (select ${isOld})`.execute(trx);
}
