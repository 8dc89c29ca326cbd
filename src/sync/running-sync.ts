import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';

/**
 * The sync that reads the whole history of these repositories already. Undefined `repositoryIds`: of all. An account's
 * first sync reads everything, whatever it was for; later ones do when somebody asked for them.
 */
export async function findRunningSync(
  trx: Trx,
  tenantId: number,
  repositoryIds: readonly number[] | undefined,
): Promise<number | undefined> {
  const { rows } = await sql<{ sync_id: number }>`
    select s.sync_id from syncs s
    where s.tenant_id = ${tenantId} and s.state = 'running'
      and (s.reason = 'request' or not exists (
        select from syncs earlier where earlier.tenant_id = ${tenantId} and earlier.sync_id < s.sync_id))
      and (s.repository_ids is null or s.repository_ids @> ${repositoryIds ?? null}::bigint[])
    order by s.sync_id limit 1`.execute(trx);
  return rows[0]?.sync_id;
}
