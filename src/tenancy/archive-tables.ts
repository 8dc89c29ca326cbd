import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';

/** A table with rows of tenants, as an archive has it. */
export interface ArchiveTable {
  readonly name: string;
  /** Whether the role of a tenant may read it; else the instance's. */
  readonly own: boolean;
  /** Of its primary key, without `tenant_id`. */
  readonly key: readonly { readonly column: string; readonly type: string }[];
  /** Columns that stay here. */
  readonly leftOut: readonly string[];
}

/** What is kept to know a secret, or an erased person, again: of no use to whoever takes their data along, and of some to a thief. */
const secretColumns: Readonly<Record<string, readonly string[]>> = {
  api_tokens: ['token_hash', 'previous_hash'],
  erased_identities: ['digest'],
  erasure_salts: ['salt'],
  idempotency_keys: ['key_hash', 'request_hash', 'answer'],
  invitations: ['token_hash'],
  shares: ['token_hash'],
};

/** Every table that has a `tenant_id`, as the catalogue knows it: a new one can not be forgotten. */
export async function listArchiveTables(db: Database): Promise<readonly ArchiveTable[]> {
  const { rows } = await sql<Omit<ArchiveTable, 'leftOut'>>`
    select relname as name, has_table_privilege('shiplog_app', c.oid, 'select') as own,
      coalesce((
        select json_agg(json_build_object('column', k.attname, 'type', format_type(k.atttypid, null)) order by n)
        from pg_index i, unnest(i.indkey) with ordinality as part(number, n)
        join pg_attribute k on k.attrelid = c.oid and k.attnum = part.number
        where i.indrelid = c.oid and i.indisprimary and k.attname <> 'tenant_id'), '[]') as key
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
      and a.attname = 'tenant_id' and not a.attisdropped
    order by relname`.execute(db);
  return rows.map((table) => Object.assign(table, { leftOut: secretColumns[table.name] ?? [] }));
}
