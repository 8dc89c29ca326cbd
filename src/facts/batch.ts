import type { FactTable } from './fact-table.ts';
import { type Facts, type FactTableName, factTables } from './facts.ts';
import { sightingRank } from './rank.ts';

interface GroupSighting {
  readonly at: string;
  readonly rank: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/** All that a batch says of one row: of each group the latest sighting, and what is set once. */
export interface BatchRow {
  readonly key: readonly unknown[];
  readonly groups: Map<string, GroupSighting>;
  readonly once: Map<string, string>;
}

/** Facts of one tenant, folded to one row a key, as one statement can write them. */
export class FactBatch {
  readonly #tables = new Map<FactTableName, Map<string, BatchRow>>();

  add(facts: Facts): void {
    for (const name of Object.keys(facts) as FactTableName[]) {
      for (const fact of facts[name] ?? []) this.#addFact(name, fact);
    }
  }

  /** The rows of a table, sorted by key: concurrent batches lock rows in one order and do not deadlock. */
  rows(name: FactTableName): BatchRow[] {
    const rows = [...(this.#tables.get(name)?.entries() ?? [])];
    return rows.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }

  get size(): number {
    let size = 0;
    for (const rows of this.#tables.values()) size += rows.size;
    return size;
  }

  #addFact(name: FactTableName, fact: Readonly<Record<string, unknown>>): void {
    const table: FactTable = factTables[name];
    const key = Object.keys(table.key).map((column) => fact[column]);
    const row = this.#row(name, key);
    for (const [group, columns] of Object.entries(table.groups)) {
      const values = fact[group] as ({ at: string; rank?: number } & Record<string, unknown>) | undefined;
      if (!values) continue;
      const sighting = { at: values.at, rank: sightingRank(values.rank ?? 0, columns, values), values };
      const known = row.groups.get(group);
      if (!known || isLater(sighting, known)) row.groups.set(group, sighting);
    }
    for (const column of Object.keys(table.once ?? {})) {
      const value = fact[column];
      if (typeof value !== 'string') continue;
      const known = row.once.get(column);
      if (known === undefined || value < known) row.once.set(column, value);
    }
  }

  #row(name: FactTableName, key: readonly unknown[]): BatchRow {
    let rows = this.#tables.get(name);
    if (!rows) this.#tables.set(name, (rows = new Map()));
    const id = key.map((part) => (typeof part === 'number' ? String(part).padStart(16, '0') : part)).join('\0');
    let row = rows.get(id);
    if (!row) rows.set(id, (row = { key, groups: new Map(), once: new Map() }));
    return row;
  }
}

function isLater(a: GroupSighting, b: GroupSighting): boolean {
  return a.at === b.at ? a.rank > b.rank : a.at > b.at;
}
