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
}

/** Pull requests of deployments that failed, which were merged without a check run: nobody has read their files. */
export async function listMissingFiles(trx: Trx, tenantId: number): Promise<MissingFiles[]> {
  const { rows } = await sql<{ repository_id: number; full_name: string; number: number }>`
    select m.repository_id, r.full_name, m.number from production_deployments d
    join repositories r on r.tenant_id = ${tenantId} and r.repository_id = d.repository_id and ${isSynced}
    join merged_pull_requests m on m.tenant_id = ${tenantId} and m.repository_id = d.repository_id
      and m.first_deployment_id = d.deployment_id
    where d.tenant_id = ${tenantId} and d.finished_at > now() - interval '90 days'
      and exists (
        select from deployment_failures f
        where f.tenant_id = ${tenantId} and f.repository_id = d.repository_id and f.deployment_id = d.deployment_id)
      and not exists (
        select from pull_request_file_lists l
        where l.tenant_id = ${tenantId} and l.repository_id = m.repository_id and l.number = m.number)
    order by d.finished_at desc, m.number desc limit ${MOST}`.execute(trx);
  return rows.map(({ repository_id, full_name, number }) => {
    const [owner = '', repo = ''] = full_name.split('/');
    return { repositoryId: repository_id, owner, repo, number };
  });
}

/** Of what was closed so long ago that nothing speaks of it any more. */
export async function removeOldFiles(trx: Trx, tenantId: number): Promise<void> {
  const isOld = sql`
    from pull_requests p
    where p.tenant_id = ${tenantId} and p.repository_id = f.repository_id and p.number = f.number
      and p.closed_at < now() - interval '180 days'`;
  for (const table of ['pull_request_files', 'pull_request_file_lists']) {
    await sql`delete from ${sql.table(table)} f where f.tenant_id = ${tenantId} and exists (select ${isOld})`.execute(
      trx,
    );
  }
}
