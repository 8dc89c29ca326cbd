import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import type { Logger } from '../logging.ts';
import { wasPurged } from './purge-receipt.ts';
import { purgeTenant } from './purge.ts';
import { findUninstalled } from './uninstalled.ts';

const PAGE = 500;

/** Purges the accounts whose last installation was deleted before `before`. @returns how many */
export async function purgeUninstalled(
  db: Database,
  { before, log, signal }: { before: Date; log: Logger; signal?: AbortSignal },
): Promise<number> {
  let purged = 0;
  for (let after = -1, more = true; more; ) {
    const { rows } = await sql<{ tenant_id: number }>`
      select tenant_id from tenants where tenant_id > ${after} order by tenant_id limit ${PAGE}`.execute(db);
    for (const { tenant_id } of rows) {
      if (signal?.aborted === true) return purged;
      if (!(await isDue(db, tenant_id, before))) continue;
      const receipt = await purgeTenant(db, tenant_id);
      if (!receipt) continue;
      log.warn({ tenant: tenant_id, rows: receipt.rows }, `uninstalled account: purge ${receipt.state}`);
      purged += 1;
    }
    after = rows.at(-1)?.tenant_id ?? after;
    more = rows.length === PAGE;
  }
  return purged;
}

async function isDue(db: Database, tenantId: number, before: Date): Promise<boolean> {
  const uninstalled = await withTenant(db, tenantId, (trx) => findUninstalled(trx, tenantId));
  if (!uninstalled) return false;
  // A straggler, such as a redelivered webhook, wrote to an account that is purged already. One that never had an
  // installation, such as a replayed clone, stays.
  if (uninstalled.uninstalledAt === null) return wasPurged(db, tenantId);
  return uninstalled.uninstalledAt < before;
}
