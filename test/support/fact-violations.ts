import { baseType, type ColumnType, type FactTable } from '../../src/facts/fact-table.ts';
import { type Facts, type FactTableName, factTables } from '../../src/facts/facts.ts';

/** What of the facts the database would refuse, or store as something else: no type checker sees that. */
export function factViolations(facts: Facts): string[] {
  return (Object.keys(facts) as FactTableName[]).flatMap((name) =>
    (facts[name] ?? []).flatMap((fact) => violationsOf(factTables[name], fact)),
  );
}

function violationsOf(table: FactTable, fact: Readonly<Record<string, unknown>>): string[] {
  const found = violationsIn(table.key, fact);
  for (const [column, value] of Object.entries(fact)) {
    if (column in table.key) continue;
    const columns = table.groups[column];
    if (columns) found.push(...groupViolations(columns, column, value));
    else if (value !== undefined && !fits(table.once?.[column] ?? 'boolean', value)) found.push(column);
  }
  return found.map((column) => `${table.name}.${column}`);
}

function groupViolations(columns: Readonly<Record<string, ColumnType>>, group: string, value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [group];
  const values = { ...value } as Record<string, unknown>;
  const extra = Object.keys(values).filter((name) => !(name in columns) && name !== 'at' && name !== 'rank');
  const missing = Object.keys(columns).filter((name) => values[name] === undefined);
  const timed = fits('timestamptz', values['at']) ? [] : ['at'];
  return [...extra, ...missing, ...timed, ...violationsIn(columns, values)].map((name) => `${group}.${name}`);
}

function violationsIn(columns: Readonly<Record<string, ColumnType>>, values: Readonly<Record<string, unknown>>) {
  return Object.entries(columns)
    .filter(([name, type]) => !fits(type, values[name]))
    .map(([name]) => name);
}

const isOfType: Readonly<Record<ReturnType<typeof baseType>, (value: unknown) => boolean>> = {
  bigint: (value) => Number.isSafeInteger(value),
  integer: (value) => Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31,
  boolean: (value) => typeof value === 'boolean',
  timestamptz: (value) => typeof value === 'string' && /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value),
  text: isStorable,
  'text[]': (value) => Array.isArray(value) && value.every(isStorable),
  jsonb: (value) => !/\\u(?:0000|d[89a-f])/i.test(JSON.stringify(value)),
};

function fits(type: ColumnType, value: unknown): boolean {
  return value === null ? type.endsWith('?') : isOfType[baseType(type)](value);
}

function isStorable(value: unknown): boolean {
  return typeof value === 'string' && !value.includes('\0') && value.isWellFormed();
}
