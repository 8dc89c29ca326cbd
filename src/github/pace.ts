import { RateLimitedError } from '../errors.ts';
import type { Resource } from './budget.ts';

// GitHub: 100 at once, 900 REST and 2,000 GraphQL points a minute. Each process counts for
// itself; history is read by one at a time, so what is left is for the live work of the others.
const AT_ONCE = 10;
const POINTS_A_MINUTE: Readonly<Record<Resource, number>> = { core: 700, graphql: 1_600 };
const MINUTE_MS = 60_000;

interface Spent {
  readonly at: number;
  readonly points: number;
}

/** Keeps an installation's calls below GitHub's secondary limits, as far as one process can see. */
export class Pace {
  readonly #spent: Record<Resource, Spent[]> = { core: [], graphql: [] };
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /**
   * Waits for a place, and runs.
   * @param points 1 for reading, 5 for writing, by GitHub's rule
   * @throws RateLimitedError when the minute's points are used up
   */
  async run<T>(resource: Resource, points: number, work: () => Promise<T>): Promise<T> {
    if (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      this.#spend(resource, points);
      return await work();
    } finally {
      // The place goes straight to who waits, so that nobody comes in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }

  #spend(resource: Resource, points: number): void {
    const now = Date.now();
    const recent = this.#spent[resource].filter(({ at }) => at > now - MINUTE_MS);
    this.#spent[resource] = recent;
    const spent = recent.reduce((sum, one) => sum + one.points, 0);
    const [oldest] = recent;
    if (oldest && spent + points > POINTS_A_MINUTE[resource]) {
      throw new RateLimitedError('The points of this minute are used up.', {
        retryAt: new Date(oldest.at + MINUTE_MS),
      });
    }
    recent.push({ at: now, points });
  }
}
