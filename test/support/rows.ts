import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { type FactTableName, factTables } from '../../src/facts/facts.ts';

export type Rows = Record<string, unknown[]>;

/** Every fact row of a tenant, in key order: what two ways to the same facts must agree on. */
export function readRows(db: Database, tenantId: number): Promise<Rows> {
  return withTenant(db, tenantId, async (trx) => {
    const rows: Rows = {};
    for (const name of Object.keys(factTables) as FactTableName[]) {
      const key = ['tenant_id', ...Object.keys(factTables[name].key)].join(', ');
      const without = name === 'tenants' ? "- 'created_at'" : '';
      const result = await sql<{ row: unknown }>`
        select to_jsonb(t) ${sql.raw(without)} as row from ${sql.table(name)} t
        where tenant_id = ${tenantId} order by ${sql.raw(key)}`.execute(trx);
      rows[name] = result.rows.map(({ row }) => row);
    }
    return rows;
  });
}

/** What is derived from facts about access. */
const derived = ['members', 'repository_access', 'access_differences', 'access_reads'];

/** Removes every fact row of a tenant, for tests that write the same facts in another way. */
export function removeRows(db: Database, tenantId: number): Promise<void> {
  return withTenant(db, tenantId, async (trx) => {
    // At once: tests do this hundreds of times.
    const tables = [...derived, ...Object.keys(factTables).toReversed()];
    await sql.raw(tables.map((name) => `delete from ${name} where tenant_id = ${tenantId}`).join(';')).execute(trx);
  });
}
