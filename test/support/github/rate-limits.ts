export type Resource = 'core' | 'graphql';

const HOUR = 3_600_000;

interface Window {
  limit: number;
  used: number;
  resetAt: number;
}

/** The hourly budgets, one of each kind for every caller. */
export class RateLimits {
  readonly #limits: Readonly<Record<Resource, number>>;
  readonly #windows = new Map<string, Window>();

  constructor(limits: Partial<Readonly<Record<Resource, number>>> = {}) {
    this.#limits = { core: 5_000, graphql: 5_000, ...limits };
  }

  /** Takes from a budget; false when there is not enough left. */
  spend({ caller, resource, cost }: { caller: string; resource: Resource; cost: number }): boolean {
    const window = this.find(caller, resource);
    if (window.used >= window.limit) return false;
    window.used += cost;
    return true;
  }

  find(caller: string, resource: Resource): Window {
    const key = `${caller} ${resource}`;
    const known = this.#windows.get(key);
    if (known && known.resetAt > Date.now()) return known;
    const window = { limit: this.#limits[resource], used: 0, resetAt: wholeSecond(Date.now() + HOUR) };
    this.#windows.set(key, window);
    return window;
  }

  /** Lets a budget be as if so much of it were left, and its reset at a time. */
  set({
    caller,
    resource,
    remaining,
    resetAt,
  }: {
    caller: string;
    resource: Resource;
    remaining: number;
    resetAt?: Date;
  }): void {
    const window = this.find(caller, resource);
    window.used = window.limit - remaining;
    if (resetAt) window.resetAt = wholeSecond(resetAt.getTime());
  }

  headers(caller: string, resource: Resource): Record<string, string> {
    const { limit, used, resetAt } = this.find(caller, resource);
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(Math.max(0, limit - used)),
      'x-ratelimit-used': String(used),
      'x-ratelimit-reset': String(resetAt / 1_000),
      'x-ratelimit-resource': resource,
    };
  }
}

function wholeSecond(time: number): number {
  return Math.ceil(time / 1_000) * 1_000;
}
