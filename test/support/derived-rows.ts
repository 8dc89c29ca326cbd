import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { derivedTables } from '../../src/metrics/derive/recompute.ts';

/** Every derived row of a tenant, as text, in order. */
export function readDerived(db: Database, tenantId: number): Promise<Record<string, string[]>> {
  return withTenant(db, tenantId, async (trx) => {
    const derived: Record<string, string[]> = {};
    for (const table of derivedTables) {
      const { rows } = await sql<{ row: string }>`
        select t::text as row from ${sql.table(table)} t where tenant_id = ${tenantId} order by 1`.execute(trx);
      derived[table] = rows.map(({ row }) => row);
    }
    return derived;
  });
}

export function removeDerived(db: Database, tenantId: number): Promise<void> {
  return withTenant(db, tenantId, async (trx) => {
    for (const table of [...derivedTables, 'touched_facts', 'metric_definitions']) {
      await sql`delete from ${sql.table(table)} where tenant_id = ${tenantId}`.execute(trx);
    }
  });
}
