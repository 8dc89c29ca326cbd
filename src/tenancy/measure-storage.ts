import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';

/** Of a row, before its columns. */
const ROW_HEADER_BYTES = 24;

interface MeasuredTable {
  readonly name: string;
  /** Whether the role of a tenant may read it; else the instance's. */
  readonly own: boolean;
  readonly columns: readonly string[];
}

/**
 * What the rows of a tenant take, compressed as they are stored, without indexes. Reads all of them, a table a
 * transaction: for a job at night.
 */
export async function measureStorage(db: Database, tenantId: number): Promise<number> {
  let bytes = 0;
  for (const table of await listTables(db)) {
    const { own, name, columns } = table;
    const sizes = columns.map((column) => sql`coalesce(pg_column_size(${sql.ref(column)}), 0)`);
    const query = sql<{ bytes: number }>`
      select coalesce(sum(${ROW_HEADER_BYTES} + ${sql.join(sizes, sql` + `)}), 0)::bigint as bytes
      from ${sql.table(name)} where tenant_id = ${tenantId}`;
    const { rows } = own ? await withTenant(db, tenantId, (trx) => query.execute(trx)) : await query.execute(db);
    bytes += rows[0]?.bytes ?? 0;
  }
  return bytes;
}

async function listTables(db: Database): Promise<readonly MeasuredTable[]> {
  const { rows } = await sql<MeasuredTable>`
    select relname as name, has_table_privilege('shiplog_app', c.oid, 'select') as own,
      array_agg(attname::text order by attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and attnum > 0 and not attisdropped
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
    group by c.oid, relname having bool_or(attname = 'tenant_id') order by relname`.execute(db);
  return rows;
}
