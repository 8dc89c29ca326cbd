import fc from 'fast-check';
import { baseType, type ColumnType, type FactTable } from '../../src/facts/fact-table.ts';
import { type Facts, type FactTableName, factTables } from '../../src/facts/facts.ts';

const timestamp = fc.integer({ min: 0, max: 5 }).map((hour) => new Date(Date.UTC(2026, 0, 1, hour)).toISOString());
const word = fc.constantFrom('a', 'B', 'c"d', 'e\\f', '{g,h}', 'ü 🚢', '', 'NULL');

/** Columns with a check constraint take these values alone. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'tenants.type': ['Organization', 'User'],
  'installations.repository_selection': ['all', 'selected'],
  'organization_members.role': ['owner', 'member'],
  'contributors.type': ['User', 'Bot'],
  'contributors.login': ['a', 'B'],
  'contributor_emails.login': ['k1', 'k2'],
  'team_members.role': ['member', 'maintainer'],
  'pull_requests.state': ['open', 'closed', 'merged'],
  'comments.kind': ['issue', 'review', 'commit'],
  'issues.state': ['open', 'closed'],
};

/** Any facts, from few keys and few times, so that they meet. */
export function arbitraryFacts(): fc.Arbitrary<Facts> {
  const names = Object.keys(factTables) as FactTableName[];
  return fc.oneof(...names.map((name) => arbitraryFact(factTables[name]).map((fact) => ({ [name]: [fact] }))));
}

function arbitraryFact(table: FactTable): fc.Arbitrary<object> {
  const key = Object.entries(table.key).map(([name, type]) => [name, arbitraryKey(table, name, type)] as const);
  const groups = Object.entries(table.groups).map(([name, columns]) => {
    const values = Object.entries(columns).map(([column, type]) => [column, arbitraryValue(table, column, type)]);
    const sighting = { at: timestamp, rank: fc.integer({ min: 0, max: 2 }), ...Object.fromEntries(values) };
    // A row is first written by a whole sighting: where there is one group alone, it is never left out.
    const group = fc.record(sighting);
    return [name, Object.keys(table.groups).length === 1 ? group : fc.option(group, { nil: undefined })] as const;
  });
  const once = Object.keys(table.once ?? {}).map((name) => [name, fc.option(timestamp, { nil: undefined })] as const);
  return fc.record(Object.fromEntries<fc.Arbitrary<unknown>>([...key, ...groups, ...once]));
}

function arbitraryKey(table: FactTable, name: string, type: ColumnType): fc.Arbitrary<unknown> {
  if (allowed[`${table.name}.${name}`]) return arbitraryValue(table, name, type);
  if (type === 'timestamptz') return timestamp;
  return type === 'text' ? fc.constantFrom('k1', 'k2') : fc.constantFrom(1, 22);
}

function arbitraryValue(table: FactTable, name: string, type: ColumnType): fc.Arbitrary<unknown> {
  const value = arbitraryOf(table, name, type);
  return type.endsWith('?') ? fc.option(value, { nil: null }) : value;
}

function arbitraryOf(table: FactTable, name: string, type: ColumnType): fc.Arbitrary<unknown> {
  const words = allowed[`${table.name}.${name}`];
  switch (baseType(type)) {
    case 'bigint':
    case 'integer':
      return fc.constantFrom(1, 22);
    case 'boolean':
      return fc.boolean();
    case 'timestamptz':
      return timestamp;
    case 'text[]':
      return fc.array(word, { maxLength: 3 });
    case 'jsonb':
      return fc.dictionary(fc.constantFrom('contents', 'checks'), word);
    case 'text':
      return words ? fc.constantFrom(...words) : word;
  }
}
