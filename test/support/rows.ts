import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { type FactTableName, factTables } from '../../src/facts/facts.ts';

export type Rows = Record<string, unknown[]>;

/** Every fact row of a tenant, in key order: what two ways to the same facts must agree on. */
export function readRows(db: Database, tenantId: number): Promise<Rows> {
  // At once: tests do this hundreds of times.
  const selects = (Object.keys(factTables) as FactTableName[]).map((name) => {
    const key = ['tenant_id', ...Object.keys(factTables[name].key)].join(', ');
    const row = "to_jsonb(t) - '{tracking_decided_at}'::text[]" + (name === 'tenants' ? " - 'created_at'" : '');
    return `select '${name}' as name, coalesce(json_agg(${row} order by ${key}), '[]') as rows
      from ${name} t where tenant_id = ${tenantId}`;
  });
  return withTenant(db, tenantId, async (trx) => {
    const result = await sql.raw<{ name: string; rows: unknown[] }>(selects.join(' union all ')).execute(trx);
    return Object.fromEntries(result.rows.map(({ name, rows }) => [name, rows]));
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
