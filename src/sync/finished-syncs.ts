import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';

/** Whether a cursor `c` is one that the sync `s` asked for. */
export const isOf = sql<boolean>`(s.repository_ids is null or c.repository_id = any(s.repository_ids))`;

/** Closes the syncs of which nothing is left to do. */
export async function finishSyncs(trx: Trx, tenantId: number): Promise<void> {
  await sql`
    with ended as (
      select s.sync_id, (select count(*) from sync_cursors c
        where c.tenant_id = ${tenantId} and c.state = 'failed' and ${isOf}) as failed
      from syncs s
      where s.tenant_id = ${tenantId} and s.state = 'running' and not exists (
        select from sync_cursors c where c.tenant_id = ${tenantId} and c.state in ('pending', 'running') and ${isOf})
    )
    update syncs set finished_at = now(), state = case when failed > 0 then 'failed' else 'done' end,
      error = case when failed > 0 then failed || ' could not be read to the end' end
    from ended where syncs.tenant_id = ${tenantId} and syncs.sync_id = ended.sync_id`.execute(trx);
}
