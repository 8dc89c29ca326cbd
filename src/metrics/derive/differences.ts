/** What a recompute computes. */
export const derivedTables = [
  'deployment_sources',
  'production_deployments',
  'shipped_commits',
  'deployment_changes',
  'merged_pull_requests',
  'incidents',
  'deployment_failures',
  'set_aside_failures',
  'deployment_rework',
] as const;
export type DerivedTable = (typeof derivedTables)[number];

/** How many rows were not what facts make of them. */
export class Differences {
  readonly #counts = new Map<DerivedTable, number>();
  readonly #keys = new Map<DerivedTable, Set<number>>();

  /** @param found a number of rows, or where several statements write the same ones, their keys */
  note(table: DerivedTable, found: number | readonly number[]): void {
    if (typeof found === 'number') {
      this.#counts.set(table, (this.#counts.get(table) ?? 0) + found);
      return;
    }
    const keys = this.#keys.get(table) ?? new Set();
    for (const key of found) keys.add(key);
    this.#keys.set(table, keys);
  }

  /** Those of another repository. */
  add(others: Differences): void {
    for (const table of derivedTables) this.note(table, others.of(table));
  }

  of(table: DerivedTable): number {
    return (this.#counts.get(table) ?? 0) + (this.#keys.get(table)?.size ?? 0);
  }

  get any(): boolean {
    return derivedTables.some((table) => this.of(table) > 0);
  }
}
