import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { applyFacts } from '../facts/apply.ts';
import type { Logger } from '../logging.ts';
import { type HistoryGap, listHistoryGaps } from '../metrics/derive/history-gaps.ts';
import { commitFacts } from '../sync/commit-facts.ts';
import type { SourceCommit } from '../sync/commit-source.ts';

/** The commits that `head` has and `base` has not, page by page: GitHub's compare API. */
export type Compare = (request: {
  readonly tenantId: number;
  readonly repository: { readonly id: number; readonly fullName: string };
  readonly base: string;
  readonly head: string;
}) => AsyncIterable<readonly SourceCommit[]>;

const MOST_REMEMBERED = 10_000;

/** Fills the gaps of the history that stand between two deployments, each once. */
export class HistoryGaps {
  readonly #db: Database;
  readonly #compare: Compare;
  readonly #log: Logger;
  readonly #asked = new Set<string>();

  constructor(db: Database, { compare, log }: { compare: Compare; log: Logger }) {
    this.#db = db;
    this.#compare = compare;
    this.#log = log;
  }

  /** @returns whether there is anything new */
  async fill(tenantId: number): Promise<boolean> {
    const gaps = await withTenant(this.#db, tenantId, (trx) => listHistoryGaps(trx, tenantId));
    let filled = false;
    for (const gap of gaps) {
      const key = `${tenantId} ${gap.repository_id} ${gap.base} ${gap.head}`;
      if (this.#asked.has(key)) continue;
      if (this.#asked.size >= MOST_REMEMBERED) this.#asked.clear();
      this.#asked.add(key);
      try {
        filled = (await this.#ask(tenantId, gap)) || filled;
      } catch (err) {
        this.#log.warn({ err, tenant: tenantId }, 'a gap of the history stays');
      }
    }
    return filled;
  }

  async #ask(tenantId: number, { repository_id, full_name, base, head }: HistoryGap): Promise<boolean> {
    let filled = false;
    const repository = { id: repository_id, fullName: full_name };
    for await (const commits of this.#compare({ tenantId, repository, base, head })) {
      if (commits.length === 0) continue;
      const facts = commitFacts(commits, { repositoryId: repository_id, seenAt: new Date().toISOString() });
      await withTenant(this.#db, tenantId, (trx) => applyFacts(trx, tenantId, [facts]));
      filled = true;
    }
    return filled;
  }
}
