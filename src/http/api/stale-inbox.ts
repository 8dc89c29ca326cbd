import type { StaleRepositories, StaleResource } from '../../facts/stale.ts';

/** What one reader has still to be told: each thing once, however often it goes stale, and however slowly they read. */
export class StaleInbox {
  #stale = new Map<number, Set<StaleResource>>();
  #wake = Promise.withResolvers<void>();

  readonly add = (stale: StaleRepositories): void => {
    for (const [id, names] of stale) {
      const known = this.#stale.get(id) ?? new Set();
      for (const name of names) known.add(name);
      this.#stale.set(id, known);
    }
    this.#wake.resolve();
  };

  /** Ends the wait at once. */
  readonly wake = (): void => this.#wake.resolve();

  /** Waits until there is something, but no longer than `waitMs`; then for what comes with it. */
  async take({ waitMs, gatherMs }: { waitMs: number; gatherMs: number }): Promise<StaleRepositories> {
    await this.#wait(waitMs);
    if (this.#stale.size > 0) await new Promise((resolve) => setTimeout(resolve, gatherMs));
    const taken = this.#stale;
    this.#stale = new Map();
    this.#wake = Promise.withResolvers();
    return taken;
  }

  async #wait(waitMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, waitMs)));
    await Promise.race([this.#wake.promise, late]);
    clearTimeout(timer);
  }
}
