import { CompiledQuery, sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { type FactTableName, factTables } from '../../src/facts/facts.ts';

interface StoredTable {
  readonly name: FactTableName;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** Every fact row of the tenant, as text, so that reading and writing cost the driver nothing but strings. */
export function readStoredTables(db: Database, tenantId: number): Promise<StoredTable[]> {
  return withTenant(db, tenantId, async (trx) => {
    const tables: StoredTable[] = [];
    for (const name of Object.keys(factTables) as FactTableName[]) {
      const { rows: columns } = await sql<{ name: string; type: string }>`
        select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
        where attrelid = ${name}::regclass and attnum > 0 and not attisdropped order by attnum`.execute(trx);
      const list = columns.map((column) => `${column.name}::text`).join(', ');
      const { rows } = await sql<Record<string, unknown>>`
        select ${sql.raw(list)} from ${sql.table(name)} where tenant_id = ${tenantId}`.execute(trx);
      tables.push({ name, columns, rows });
    }
    return tables;
  });
}

/**
 * The least that storing these rows can cost: one plain INSERT … SELECT FROM unnest() for each table and batch, into
 * the same empty tables with their indexes, as many transactions as apply took.
 * @returns seconds
 */
export async function insertBare(
  db: Database,
  tenantId: number,
  tables: readonly StoredTable[],
  batches: number,
): Promise<number> {
  const started = performance.now();
  for (let batch = 0; batch < batches; batch++) {
    await withTenant(db, tenantId, async (trx) => {
      for (const { name, columns, rows } of tables) {
        const share = rows.slice(
          Math.ceil((batch * rows.length) / batches),
          Math.ceil(((batch + 1) * rows.length) / batches),
        );
        if (share.length === 0) continue;
        const names = columns.map((column) => column.name).join(', ');
        const values = columns.map((column) => `x.${column.name}::${column.type}`).join(', ');
        const arrays = columns.map((_, index) => `$${index + 1}::text[]`).join(', ');
        const text = `insert into ${name} (${names}) select ${values} from unnest(${arrays}) as x (${names})`;
        await trx.executeQuery(
          CompiledQuery.raw(
            text,
            columns.map((column) => share.map((row) => row[column.name])),
          ),
        );
      }
    });
  }
  return (performance.now() - started) / 1_000;
}
