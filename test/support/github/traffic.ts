/** How many requests of each caller were under way at once. */
export class Traffic {
  readonly #now = new Map<string, number>();
  readonly #peaks = new Map<string, number>();

  /** Call what it returns at the end. */
  enter(caller: string): () => void {
    const count = (this.#now.get(caller) ?? 0) + 1;
    this.#now.set(caller, count);
    this.#peaks.set(caller, Math.max(count, this.peak(caller)));
    return () => this.#now.set(caller, (this.#now.get(caller) ?? 1) - 1);
  }

  /** Such as `installation 77`. */
  peak(caller: string): number {
    return this.#peaks.get(caller) ?? 0;
  }
}
