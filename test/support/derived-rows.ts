import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { derivedTables } from '../../src/metrics/derive/differences.ts';
import { recomputeAll } from '../../src/metrics/derive/recompute.ts';

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

/** What facts alone come to, and a recompute over what is there. */
export async function recomputedRows(db: Database, tenantId: number): Promise<Record<string, string[]>[]> {
  await recomputeAll(db, tenantId);
  const over = await readDerived(db, tenantId);
  await removeTables(db, tenantId, derivedTables);
  await recomputeAll(db, tenantId);
  return [over, await readDerived(db, tenantId)];
}

export function removeDerived(db: Database, tenantId: number): Promise<void> {
  return removeTables(db, tenantId, [...derivedTables, 'touched_facts', 'metric_definitions']);
}

function removeTables(db: Database, tenantId: number, tables: readonly string[]): Promise<void> {
  return withTenant(db, tenantId, async (trx) => {
    for (const table of tables) await sql`delete from ${sql.table(table)} where tenant_id = ${tenantId}`.execute(trx);
  });
}
