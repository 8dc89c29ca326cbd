/** Things in the order of their times, taken from the front. */
export class Timeline<T> {
  readonly #entries: readonly { readonly time: number; readonly item: T }[];
  #next = 0;

  constructor(entries: readonly { readonly time: number; readonly item: T }[]) {
    this.#entries = entries.toSorted((a, b) => a.time - b.time);
  }

  /** Those up to a time, that one included. */
  *takeUntil(time: number): Generator<T> {
    for (let entry = this.#entries[this.#next]; entry && entry.time <= time; entry = this.#entries[this.#next]) {
      this.#next += 1;
      yield entry.item;
    }
  }
}
