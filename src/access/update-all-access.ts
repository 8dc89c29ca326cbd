import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { lockFacts } from '../facts/lock-facts.ts';
import { updateAccess } from './update-access.ts';

/** With a thousand people some 50,000 rows: one second, for which the tenant's other facts wait. */
const REPOSITORIES_AT_ONCE = 50;

/** Brings the access of everybody up to date, some repositories a transaction: a million rows would take a minute. */
export async function updateAllAccess(db: Database, tenantId: number): Promise<void> {
  const { rows } = await withTenant(db, tenantId, (trx) =>
    sql<{ repository_id: number }>`
      select repository_id from access_reads where tenant_id = ${tenantId} and scope = 'collaborators'
      order by repository_id`.execute(trx),
  );
  const ids = rows.map(({ repository_id }) => repository_id);
  for (let start = 0; start < ids.length; start += REPOSITORIES_AT_ONCE) {
    const repositories = ids.slice(start, start + REPOSITORIES_AT_ONCE);
    await withTenant(db, tenantId, async (trx) => {
      await lockFacts(trx, tenantId);
      await updateAccess(trx, tenantId, { repositories });
    });
  }
}
