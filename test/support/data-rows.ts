import type { Database } from '../../db/connection.ts';
import { type FactTableName, factTables } from '../../src/facts/facts.ts';
import { readRows } from './rows.ts';

type Row = Readonly<Record<string, unknown>>;

/**
 * A tenant's live rows by their keys, without the times of their sightings: what is true, however it came to be known.
 * A comment is as live as its issue.
 */
export async function readDataRows(db: Database, tenantId: number): Promise<Record<string, Record<string, Row>>> {
  const rows = (await readRows(db, tenantId)) as Record<FactTableName, Row[]>;
  const gone = new Set(rows.issues.filter((row) => !isLive(row)).map(threadOf));
  return Object.fromEntries(
    (Object.keys(rows) as FactTableName[]).map((table) => {
      const live = rows[table].filter((row) => isLive(row) && !(table === 'comments' && gone.has(threadOf(row))));
      return [table, Object.fromEntries(live.map((row) => [keyOf(table, row), withoutSightings(table, row)]))];
    }),
  );
}

function isLive(row: Row): boolean {
  return (row['deleted_at'] ?? row['removed_at'] ?? null) === null;
}

function threadOf(row: Row): string {
  return `${String(row['repository_id'])} ${String(row['number'])}`;
}

function keyOf(table: FactTableName, row: Row): string {
  return Object.keys(factTables[table].key)
    .map((column) => String(row[column]))
    .join(' ');
}

function withoutSightings(table: FactTableName, row: Row): Row {
  const groups = Object.keys(factTables[table].groups);
  const sightings = new Set(groups.flatMap((group) => [`${group}_at`, `${group}_rank`]));
  return Object.fromEntries(Object.entries(row).filter(([column]) => !sightings.has(column)));
}
