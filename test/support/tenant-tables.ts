import { z } from 'zod';
import { query } from './embedded-process.ts';

/** The tables that are no tenant's. Whoever adds one here says that no tenant's data is in it. */
export const NOT_TENANTS: ReadonlySet<string> = new Set([
  'deliveries',
  'encryption_keys',
  'hook_delivery_scans',
  'kysely_migration',
  'kysely_migration_lock',
  'lost_deliveries',
  'purges',
  'served_domains',
  'sessions',
  'sync_turns',
]);

/** Everything that holds rows, views too: those would need a policy as well. */
export async function listTables(url: string): Promise<string[]> {
  const rows = await query(
    url,
    `select relname as table from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f') order by relname`,
  );
  return rows.map((row) => z.object({ table: z.string() }).parse(row).table);
}

const column = z.object({ name: z.string(), type: z.string(), allowed: z.string().nullable() });

const values: Record<string, unknown> = {
  bigint: 1,
  integer: 1,
  smallint: 1,
  boolean: false,
  bytea: '\\x',
  text: 'x',
  'text[]': [],
  jsonb: {},
  date: '2026-01-01',
  'timestamp with time zone': '2026-01-01T00:00:00Z',
};

/** A row that the table accepts: its required columns, with any value that fits. */
export async function makeRow(url: string, table: string, tenantId: number): Promise<Record<string, unknown>> {
  const rows = await query(
    url,
    `select attname as name, format_type(atttypid, null) as type,
       (select substring(pg_get_constraintdef(oid) from '''([^'']*)''::text') from pg_constraint
        where conrelid = attrelid and contype = 'c' and conkey = array[attnum]) as allowed
     from pg_attribute
     where attrelid = '${table}'::regclass and attnum > 0 and not attisdropped and attnotnull and not atthasdef
       and attidentity = ''`,
  );
  const entries = rows.map((row) => {
    const { name, type, allowed } = column.parse(row);
    return [name, allowed ?? values[type]];
  });
  return { ...Object.fromEntries(entries), tenant_id: tenantId };
}

/** A row of each tenant in each of the tables, whatever they refer to. */
export async function fillTables(
  { url, superuserUrl }: { url: string; superuserUrl: string },
  { tables, tenantIds, change = () => ({}) }: Filling,
): Promise<void> {
  for (const tenantId of tenantIds) {
    for (const table of tables) {
      const row = { ...(await makeRow(url, table, tenantId)), ...change(table, tenantId) };
      const json = JSON.stringify(row).replaceAll("'", "''");
      const columns = Object.keys(row).join(', ');
      await query(
        superuserUrl,
        `set session_replication_role = replica;
         insert into ${table} (${columns}) select ${columns} from jsonb_populate_record(null::${table}, '${json}')`,
      );
    }
  }
}

interface Filling {
  readonly tables: readonly string[];
  readonly tenantIds: readonly number[];
  /** Columns that need another value. */
  readonly change?: (table: string, tenantId: number) => Readonly<Record<string, unknown>>;
}
