import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { applyFacts } from '../facts/apply.ts';
import type { Logger } from '../logging.ts';
import { type HistoryGap, listHistoryGaps } from '../metrics/derive/history-gaps.ts';
import { commitFacts } from '../sync/commit-facts.ts';
import type { Compare } from '../sync/compared-commits.ts';
import { askAgainAt } from './ask-again.ts';

const MOST_REMEMBERED = 10_000;

interface HistoryGapDeps {
  readonly compare: Compare;
  readonly log: Logger;
  /** Milliseconds since 1970; another clock in tests. */
  readonly now?: () => number;
}

/** Fills the gaps of the history that stand between two deployments: each is asked for once, or until GitHub answers. */
export class HistoryGaps {
  readonly #db: Database;
  readonly #compare: Compare;
  readonly #log: Logger;
  readonly #now: () => number;
  /** When to ask again; infinity: never, GitHub has answered. */
  readonly #askAt = new Map<string, number>();
  readonly #dueAt = new Map<number, number>();

  constructor(db: Database, { compare, log, now = Date.now }: HistoryGapDeps) {
    this.#db = db;
    this.#compare = compare;
    this.#log = log;
    this.#now = now;
  }

  /** Whether a request of this tenant failed, and it is time to try again. */
  isDue(tenantId: number): boolean {
    return (this.#dueAt.get(tenantId) ?? Number.POSITIVE_INFINITY) <= this.#now();
  }

  /** @returns whether there is anything new */
  async fill(tenantId: number): Promise<boolean> {
    const gaps = await withTenant(this.#db, tenantId, (trx) => listHistoryGaps(trx, tenantId));
    if (this.#askAt.size >= MOST_REMEMBERED) this.#askAt.clear();
    let filled = false;
    let dueAt = Number.POSITIVE_INFINITY;
    for (const gap of gaps) {
      const key = `${tenantId} ${gap.repository_id} ${gap.base} ${gap.head}`;
      if ((this.#askAt.get(key) ?? 0) <= this.#now()) {
        // The job and the sweep may come at once: the later one does not ask as well.
        this.#askAt.set(key, Number.POSITIVE_INFINITY);
        const { found, askAt } = await this.#ask(tenantId, gap);
        this.#askAt.set(key, askAt);
        filled ||= found;
      }
      dueAt = Math.min(dueAt, this.#askAt.get(key) ?? dueAt);
    }
    this.#dueAt.set(tenantId, dueAt);
    return filled;
  }

  async #ask(tenantId: number, gap: HistoryGap): Promise<{ found: boolean; askAt: number }> {
    const { repository_id: repositoryId, full_name: fullName, base, head } = gap;
    let found = false;
    try {
      const pages = this.#compare({ tenantId, repository: { id: repositoryId, fullName }, base, head });
      for await (const commits of pages) {
        if (commits.length === 0) continue;
        const facts = commitFacts(commits, { repositoryId, seenAt: new Date().toISOString() });
        await withTenant(this.#db, tenantId, (trx) => applyFacts(trx, tenantId, [facts]));
        found = true;
      }
      return { found, askAt: Number.POSITIVE_INFINITY };
    } catch (err) {
      const askAt = askAgainAt(err, this.#now());
      const message = Number.isFinite(askAt)
        ? 'a gap of the history, will be asked for again'
        : 'a gap of the history stays';
      this.#log.warn({ err, tenant: tenantId }, message);
      return { found, askAt };
    }
  }
}
