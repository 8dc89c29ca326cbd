import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';

/** A table with rows of tenants, and the role that may delete them. */
export interface TenantTable {
  readonly name: string;
  readonly role: 'shiplog_app' | 'shiplog_instance';
  /** The tables that its rows refer to. */
  readonly references: readonly string[];
}

/** Every table that has a `tenant_id`, as the catalogue knows it: a new one can not be forgotten. */
export async function listTenantTables(db: Database): Promise<readonly TenantTable[]> {
  const { rows } = await sql<TenantTable>`
    select relname as name,
      case when has_table_privilege('shiplog_app', c.oid, 'delete') then 'shiplog_app' else 'shiplog_instance' end as role,
      array(select distinct confrelid::regclass::text from pg_constraint
        where conrelid = c.oid and contype = 'f' and confrelid <> c.oid) as references
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
      and a.attname = 'tenant_id' and not a.attisdropped
    order by relname`.execute(db);
  return inDeletionOrder(rows);
}

/** Whoever refers to another table goes before it. */
export function inDeletionOrder(tables: readonly TenantTable[]): readonly TenantTable[] {
  const ordered: TenantTable[] = [];
  let waiting = [...tables];
  while (waiting.length > 0) {
    const referred = new Set(waiting.flatMap(({ references }) => references));
    const free = waiting.filter(({ name }) => !referred.has(name));
    if (free.length === 0) throw new Error(`tables refer to each other: ${waiting.map(({ name }) => name).join(', ')}`);
    ordered.push(...free);
    waiting = waiting.filter((table) => !free.includes(table));
  }
  return ordered;
}
