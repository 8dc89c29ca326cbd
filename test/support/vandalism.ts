import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import type { DerivedTable } from '../../src/metrics/derive/differences.ts';

/** Something wrong with every row of a derived table. */
export interface Damage {
  readonly name: string;
  /** @returns how many rows a recompute has to find wrong */
  does(trx: Trx, tenantId: number): Promise<number>;
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly in_key: boolean;
}

/** Each column another value, or none; a row too many for each column of the key; and no row at all. */
export async function listDamages(trx: Trx, table: DerivedTable): Promise<Damage[]> {
  const columns = await listColumns(trx, table);
  return [
    ...columns.map((column) => change(table, column, otherValue(column))),
    ...columns.filter(({ nullable }) => nullable).map((column) => change(table, column, 'null')),
    ...columns.filter(({ in_key }) => in_key).map((column) => invention(table, column, columns)),
    removal(table),
  ];
}

async function listColumns(trx: Trx, table: DerivedTable): Promise<Column[]> {
  const { rows } = await sql<Column>`
    select column_name as name, data_type as type, is_nullable = 'YES' as nullable, exists (
      select from pg_index i
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
      where i.indrelid = ${table}::regclass and i.indisprimary and a.attname = c.column_name) as in_key
    from information_schema.columns c
    where table_schema = 'public' and table_name = ${table} and is_generated = 'NEVER' and column_name <> 'tenant_id'
    order by ordinal_position`.execute(trx);
  return rows;
}

/** Of columns that take only some values. */
const others: Readonly<Record<string, string>> = {
  outcome: `case outcome when 'success' then 'failure' else 'success' end`,
  standing: `case standing when 'first' then 'later' else 'first' end`,
};

function otherValue({ name, type }: Column): string {
  const known = others[name];
  if (known !== undefined) return known;
  switch (type) {
    case 'boolean':
      return `not ${name}`;
    case 'integer':
    case 'bigint':
      return `coalesce(${name}, 0) + 1000000`;
    case 'text':
      return `coalesce(${name}, '') || '~'`;
    case 'ARRAY':
      return `${name} || 7`;
    case 'timestamp with time zone':
      return `coalesce(${name}, now()) + interval '1 hour'`;
    default:
      throw new Error(`no other value of a ${type} is known`);
  }
}

function change(table: DerivedTable, { name, in_key }: Column, value: string): Damage {
  // A match has to be there where a deployment stands for it.
  const possible = { off_branch: 'match_sha is not null', match_sha: 'not off_branch' }[name] ?? 'true';
  return {
    name: `${table}.${name} = ${value}`,
    async does(trx, tenantId) {
      const { numAffectedRows } = await sql`
        update ${sql.table(table)} set ${sql.ref(name)} = ${sql.raw(value)}
        where tenant_id = ${tenantId} and ${sql.ref(name)} is distinct from ${sql.raw(value)}
          and ${sql.raw(possible)}`.execute(trx);
      // A row of another key is one too many, and one that is not there.
      return Number(numAffectedRows) * (in_key ? 2 : 1);
    },
  };
}

function invention(table: DerivedTable, column: Column, columns: readonly Column[]): Damage {
  const names = columns.map(({ name }) => sql.ref(name));
  const values = columns.map((one) => (one === column ? sql.raw(otherValue(one)) : sql.ref(one.name)));
  return {
    name: `${table}, twice by ${column.name}`,
    async does(trx, tenantId) {
      const { numAffectedRows } = await sql`
        insert into ${sql.table(table)} (tenant_id, ${sql.join(names)})
        select tenant_id, ${sql.join(values)} from ${sql.table(table)} where tenant_id = ${tenantId}`.execute(trx);
      return Number(numAffectedRows);
    },
  };
}

function removal(table: DerivedTable): Damage {
  return {
    name: `${table}, without rows`,
    async does(trx, tenantId) {
      const { numAffectedRows } = await sql`
        delete from ${sql.table(table)} where tenant_id = ${tenantId}`.execute(trx);
      return Number(numAffectedRows);
    },
  };
}
