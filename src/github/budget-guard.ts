import type { Database } from '../../db/connection.ts';
import { NotFoundError, RateLimitedError } from '../errors.ts';
import { parseAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import {
  type Budget,
  budgetOf,
  type KnownBudgets,
  readStanding,
  recordBudget,
  recordPause,
  type Resource,
} from './budget.ts';
import type { InstallationRef, Priority } from './github.ts';
import { rateLimitAnswer } from './rate-limit-answer.ts';

export interface Reservation {
  readonly ref: InstallationRef;
  readonly resource: Resource;
  readonly priority: Priority;
  /** Sends `GET /rate_limit`, which costs nothing, with a token of this grant. */
  readonly askRateLimit: (grant: string) => Promise<Answer>;
}

// For live work.
const RESERVE = 0.3;
const UNLIMITED_MS = 3_600_000;

/** Knows what is left before anybody asks GitHub, in one table for all processes. */
export class BudgetGuard {
  readonly #db: Database;
  readonly #asking = new Map<number, Promise<readonly Budget[]>>();
  /** GitHub Enterprise Servers without rate limits, until when it is not asked again. */
  readonly #unlimited = new Map<number, number>();

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * @returns what the installation has been granted
   * @throws RateLimitedError when there is nothing left for such work
   */
  async reserve(reservation: Reservation): Promise<string> {
    const { ref, resource, priority } = reservation;
    const { grant, ...known } = await readStanding(this.#db, ref);
    if (known.pausedUntil) throw new RateLimitedError('GitHub asked for a pause.', { retryAt: known.pausedUntil });
    const budget = find(known, resource) ?? find({ budgets: await this.#ask(reservation, grant) }, resource);
    const reserved = budget && priority === 'history' ? Math.ceil(budget.limit * RESERVE) : 0;
    if (budget && budget.remaining <= reserved) {
      const what = priority === 'history' ? 'The budget that history may use' : 'The budget';
      throw new RateLimitedError(`${what} is used up.`, { retryAt: budget.resetAt });
    }
    return grant;
  }

  /** Keeps what an answer tells of the budget, and for how long a limit that it met lasts. */
  async record(ref: InstallationRef, answer: Answer, failure: Error | undefined): Promise<void> {
    const budget = budgetOf(answer);
    if (budget) await recordBudget(this.#db, ref, budget);
    if (failure instanceof RateLimitedError && budget?.remaining !== 0) {
      await recordPause(this.#db, ref, failure.retryAt);
    }
  }

  async #ask(reservation: Reservation, grant: string): Promise<readonly Budget[]> {
    const { installationId } = reservation.ref;
    if ((this.#unlimited.get(installationId) ?? 0) > Date.now()) return [];
    const asking = this.#asking.get(installationId) ?? this.#askGitHub(reservation, grant);
    this.#asking.set(installationId, asking);
    try {
      return await asking;
    } finally {
      this.#asking.delete(installationId);
    }
  }

  async #askGitHub({ ref, askRateLimit }: Reservation, grant: string): Promise<readonly Budget[]> {
    try {
      const { data } = await askRateLimit(grant);
      const budgets = parseAnswer('GET /rate_limit', rateLimitAnswer, data);
      for (const budget of budgets) await recordBudget(this.#db, ref, budget);
      return budgets;
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      this.#unlimited.set(ref.installationId, Date.now() + UNLIMITED_MS);
      return [];
    }
  }
}

function find({ budgets }: Pick<KnownBudgets, 'budgets'>, resource: Resource): Budget | undefined {
  return budgets.find((budget) => budget.resource === resource);
}
