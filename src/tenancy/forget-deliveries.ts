import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { getTenantSettings } from './tenant-settings.ts';

const BATCH = 1_000;
const DAY_MS = 86_400_000;

/** Removes deliveries that are older than the tenant keeps them; never one that is still to be applied, or failed. */
export async function forgetDeliveries(db: Database, tenantId: number, now = new Date()): Promise<number> {
  const { settings } = await withTenant(db, tenantId, (trx) => getTenantSettings(trx, tenantId));
  const { delivery_retention_days: days } = settings;
  if (days === null) return 0;
  const before = new Date(now.getTime() - days * DAY_MS);
  let forgotten = 0;
  for (let deleted = BATCH; deleted >= BATCH; forgotten += deleted) {
    const { numAffectedRows } = await sql`
      delete from deliveries where delivery_id = any(array(
        select delivery_id from deliveries
        where tenant_id = ${tenantId} and state in ('applied', 'ignored') and received_at < ${before}
        order by delivery_id limit ${BATCH}))`.execute(db);
    deleted = Number(numAffectedRows ?? 0);
  }
  return forgotten;
}
