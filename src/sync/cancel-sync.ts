import { sql } from 'kysely';
import { enterTenant, leaveTenant, type Trx } from '../../db/tenant.ts';
import { isOf } from './finished-syncs.ts';
import { lockTurn } from './turns.ts';

/**
 * Stops a sync where it is. What another running sync wants as well goes on; asked for again, the rest goes on where it
 * was. @param trx a transaction of the instance
 * @returns false when there is no such sync; true also when it had ended before
 */
export async function cancelSync(
  trx: Trx,
  { tenantId, syncId }: { tenantId: number; syncId: number },
): Promise<boolean> {
  await lockTurn(trx, tenantId);
  await enterTenant(trx, tenantId);
  const found = await cancelInTenant(trx, tenantId, syncId);
  await leaveTenant(trx);
  return found;
}

async function cancelInTenant(trx: Trx, tenantId: number, syncId: number): Promise<boolean> {
  const { rows } = await sql`
    select from syncs where tenant_id = ${tenantId} and sync_id = ${syncId}`.execute(trx);
  if (rows.length === 0) return false;
  await sql`
    update syncs set state = 'cancelled', finished_at = now()
    where tenant_id = ${tenantId} and sync_id = ${syncId} and state = 'running'`.execute(trx);
  await sql`
    update sync_cursors c set state = 'cancelled', updated_at = now()
    where c.tenant_id = ${tenantId} and c.state in ('pending', 'running') and not exists (
      select from syncs s where s.tenant_id = ${tenantId} and s.state = 'running' and ${isOf})`.execute(trx);
  return true;
}
