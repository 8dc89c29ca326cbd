import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { enterTenant, leaveTenant } from '../../db/tenant.ts';
import type { Logger } from '../logging.ts';
import type { Queue } from '../queue.ts';
import { startBackfill } from './start-backfill.ts';

const PAGE = 500;

/**
 * Has every installed tenant read what changed since its last passes. They are no younger than the last webhook that was
 * not missed: a repository that is alive is passed over every night.
 */
export async function startGapBackfills(db: Database, { queue, log }: { queue: Queue; log: Logger }): Promise<void> {
  for (let after = -1, more = true; more; ) {
    const { rows } = await sql<{ tenant_id: number }>`
      select tenant_id from tenants where tenant_id > ${after} order by tenant_id limit ${PAGE}`.execute(db);
    for (const { tenant_id } of rows) {
      if (await startGapBackfill(db, tenant_id, queue))
        log.info({ tenant: tenant_id }, 'webhooks were missed for longer than GitHub keeps them: reading the gap');
    }
    after = rows.at(-1)?.tenant_id ?? after;
    more = rows.length === PAGE;
  }
}

function startGapBackfill(db: Database, tenantId: number, queue: Queue): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    await enterTenant(trx, tenantId);
    const { rows } = await sql`
      select from installations where tenant_id = ${tenantId} and deleted_at is null and suspended_at is null
      limit 1`.execute(trx);
    await leaveTenant(trx);
    if (rows.length === 0) return false;
    await startBackfill(trx, { tenantId, reason: 'reconciliation', floor: 'gap' }, { queue });
    return true;
  });
}
