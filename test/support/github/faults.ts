import type { StandInRequest } from './request.ts';

/** What goes wrong instead of, or on top of, the right answer. */
export type Trouble =
  /** Too fast: 403 with `retry-after`. */
  | { readonly kind: 'secondary-limit'; readonly retryAfter: number }
  /** The hour's budget is used up: 403 for REST, 200 with errors for GraphQL. */
  | { readonly kind: 'primary-limit'; readonly resetAt: Date }
  /** GraphQL: 200 with errors and no data. */
  | { readonly kind: 'errors'; readonly type?: string; readonly message?: string }
  /** GraphQL: 200 with the data of all but one field, and errors. */
  | { readonly kind: 'partial'; readonly field: string; readonly type?: string; readonly message?: string }
  | { readonly kind: 'status'; readonly status: number; readonly message?: string }
  /** The answer comes after this promise. */
  | { readonly kind: 'slow'; readonly until: Promise<unknown> }
  /** The connection ends without an answer. */
  | { readonly kind: 'cut' };

export interface Fault {
  readonly trouble: Trouble;
  /** Which requests; every one unless given. A GraphQL request also shows its operation, document and variables. */
  readonly when?: (request: FaultRequest) => boolean;
  /** How often, 1 unless given. */
  readonly times?: number;
}

export interface FaultRequest extends Pick<StandInRequest, 'method' | 'path' | 'query'> {
  readonly operation?: string | undefined;
  readonly document?: string | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/** What a test wants to go wrong, the first match first. */
export class Faults {
  /** Runs before each answer: to change the truth in the middle of something. */
  before: ((request: FaultRequest) => void | Promise<void>) | undefined;
  readonly #faults: { fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#faults.length = 0;
    this.before = undefined;
  }

  take(request: FaultRequest): Trouble | undefined {
    const found = this.#faults.find(({ fault, left }) => left > 0 && (fault.when?.(request) ?? true));
    if (!found) return undefined;
    found.left -= 1;
    return found.fault.trouble;
  }
}
