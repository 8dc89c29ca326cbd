import { RateLimitedError } from '../errors.ts';
import type { Resource } from './budget.ts';

// GitHub: 100 at once, 900 REST and 2,000 GraphQL points a minute, 80 writes a minute and 500 an hour. Each process
// counts for itself; history is read by one at a time, so what is left is for the live work of the others.
const AT_ONCE = 10;
const [MINUTE_MS, HOUR_MS] = [60_000, 3_600_000];
/** By GitHub's rule, in points. */
const [READ, WRITE] = [1, 5];

/** What a call takes. */
export interface Taking {
  readonly resource: Resource;
  readonly writes: boolean;
}

/** Keeps an installation's calls below GitHub's secondary limits, as far as one process can see. */
export class Pace {
  readonly #points: Readonly<Record<Resource, Allowance>> = {
    core: new Allowance('points of this minute', { most: 700, within: MINUTE_MS }),
    graphql: new Allowance('points of this minute', { most: 1_600, within: MINUTE_MS }),
  };
  readonly #writes = [
    new Allowance('writes of this minute', { most: 70, within: MINUTE_MS }),
    new Allowance('writes of this hour', { most: 450, within: HOUR_MS }),
  ];
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /**
   * Waits for a place, and runs.
   * @throws RateLimitedError when what may be taken within a time is used up
   */
  async run<T>(taking: Taking, work: () => Promise<T>): Promise<T> {
    if (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      this.#take(taking);
      return await work();
    } finally {
      // The place goes straight to who waits, so that nobody comes in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }

  #take({ resource, writes }: Taking): void {
    const now = Date.now();
    const points = this.#points[resource];
    const takes = writes
      ? ([[points, WRITE], ...this.#writes.map((each) => [each, 1] as const)] as const)
      : ([[points, READ]] as const);
    for (const [allowance, amount] of takes) allowance.check(amount, now);
    for (const [allowance, amount] of takes) allowance.take(amount, now);
  }
}

interface Taken {
  readonly at: number;
  readonly amount: number;
}

/** So much within the last minute, or hour. */
class Allowance {
  readonly #what: string;
  readonly #most: number;
  readonly #within: number;
  #taken: Taken[] = [];

  constructor(what: string, { most, within }: { most: number; within: number }) {
    this.#what = what;
    this.#most = most;
    this.#within = within;
  }

  /** @throws RateLimitedError when there is not so much left */
  check(amount: number, now: number): void {
    this.#taken = this.#taken.filter(({ at }) => at > now - this.#within);
    const taken = this.#taken.reduce((sum, one) => sum + one.amount, 0);
    const [oldest] = this.#taken;
    if (!oldest || taken + amount <= this.#most) return;
    throw new RateLimitedError(`The ${this.#what} are used up.`, { retryAt: new Date(oldest.at + this.#within) });
  }

  take(amount: number, at: number): void {
    this.#taken.push({ at, amount });
  }
}
