import type { Facts, FactTableName } from '../facts/facts.ts';

type Rows = { [T in FactTableName]?: unknown[] };

/** All of the facts, by table; a table without any is left out. */
export function mergeFacts(...some: readonly Facts[]): Facts {
  const merged: Rows = {};
  for (const facts of some) {
    for (const table of Object.keys(facts) as FactTableName[]) {
      const rows = facts[table];
      if (!rows || rows.length === 0) continue;
      const known = merged[table];
      if (known) known.push(...rows);
      else merged[table] = [...rows];
    }
  }
  return merged as Facts;
}
