import { CompiledQuery } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import type { BatchRow } from './batch.ts';
import { baseType, type ColumnType, type FactTable } from './fact-table.ts';

interface Parameter {
  readonly name: string;
  readonly type: ColumnType;
  readonly value: (row: BatchRow) => unknown;
}

interface UpsertStatement {
  readonly text: string;
  readonly parameters: readonly Parameter[];
}

const statements = new WeakMap<FactTable, UpsertStatement>();

/** Writes the rows of one table with one statement; a sighting that is not later than the stored one changes nothing. */
export async function upsertRows(
  trx: Trx,
  tenantId: number,
  table: FactTable,
  rows: readonly BatchRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const { text, parameters } = statementOf(table);
  const arrays = parameters.map(({ type, value }) => rows.map((row) => encode(type, value(row))));
  await trx.executeQuery(CompiledQuery.raw(text, [tenantId, ...arrays]));
}

function statementOf(table: FactTable): UpsertStatement {
  let statement = statements.get(table);
  if (!statement) statements.set(table, (statement = writeStatement(table)));
  return statement;
}

function writeStatement(table: FactTable): UpsertStatement {
  const parameters = parametersOf(table);
  const names = parameters.map(({ name }) => name);
  const arrays = parameters.map(({ type }, index) => `$${index + 2}::${unnestType(type)}[]`);
  const values = parameters.map(({ name, type }) => (isPlain(type) ? `x.${name}` : `x.${name}::${baseType(type)}`));
  const text = `
    insert into ${table.name} as t (tenant_id, ${names.join(', ')})
    select $1::bigint, ${values.join(', ')}
    from unnest(${arrays.join(', ')}) as x (${names.join(', ')})
    on conflict (${['tenant_id', ...Object.keys(table.key)].join(', ')}) do update set
      ${assignments(table).join(',\n      ')}
    where ${changes(table).join(' or ')}`;
  return { text, parameters };
}

function parametersOf(table: FactTable): Parameter[] {
  const parameters: Parameter[] = Object.entries(table.key).map(([name, type], index) => ({
    name,
    type,
    value: (row) => row.key[index],
  }));
  for (const [group, columns] of Object.entries(table.groups)) {
    for (const [name, type] of Object.entries(columns)) {
      parameters.push({ name, type, value: (row) => row.groups.get(group)?.values[name] });
    }
    parameters.push({ name: `${group}_at`, type: 'timestamptz', value: (row) => row.groups.get(group)?.at });
    parameters.push({ name: `${group}_rank`, type: 'bigint', value: (row) => row.groups.get(group)?.rank });
  }
  for (const [name, type] of Object.entries(table.once ?? {})) {
    parameters.push({ name, type, value: (row) => row.once.get(name) });
  }
  return parameters;
}

function assignments(table: FactTable): string[] {
  const once = Object.keys(table.once ?? {}).map((name) => `${name} = least(t.${name}, excluded.${name})`);
  return Object.entries(table.groups)
    .flatMap(([group, columns]) =>
      [...Object.keys(columns), `${group}_at`, `${group}_rank`].map(
        (name) => `${name} = case when ${isLater(group)} then excluded.${name} else t.${name} end`,
      ),
    )
    .concat(once);
}

function changes(table: FactTable): string[] {
  const once = Object.keys(table.once ?? {}).map(
    (name) => `excluded.${name} < coalesce(t.${name}, 'infinity'::timestamptz)`,
  );
  return Object.keys(table.groups).map(isLater).concat(once);
}

function isLater(group: string): string {
  const [at, rank] = [`${group}_at`, `${group}_rank`];
  return `(excluded.${at} is not null and (t.${at} is null or (excluded.${at}, excluded.${rank}) > (t.${at}, t.${rank})))`;
}

function isPlain(type: ColumnType): boolean {
  return baseType(type) === unnestType(type);
}

/** unnest() flattens arrays of arrays, so those travel as literals. */
function unnestType(type: ColumnType): string {
  const base = baseType(type);
  return base === 'text[]' || base === 'jsonb' ? 'text' : base;
}

function encode(type: ColumnType, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value) && baseType(type) === 'text[]') return arrayLiteral(value);
  return baseType(type) === 'jsonb' ? JSON.stringify(value) : value;
}

function arrayLiteral(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
