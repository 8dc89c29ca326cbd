import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { ConfigError } from '../errors.ts';
import type { Logger } from '../logging.ts';
import { listUnmatchedCommits, recordPatchMatches, type UnmatchedCommit } from '../metrics/derive/patch-matches.ts';
import type { ReadPatchId } from '../sync/commit-patches.ts';
import { askAgainAt } from './ask-again.ts';

const MOST_AT_ONCE = 20;
const MOST_REMEMBERED = 10_000;

interface PatchMatchDeps {
  readonly readPatchId: ReadPatchId;
  readonly log: Logger;
  /** Milliseconds since 1970; another clock in tests. */
  readonly now?: () => number;
}

interface Waiting {
  readonly at: number;
  readonly repositoryIds: ReadonlySet<number>;
}

/** Finds the commits with the patch of a deployed commit that no branch has: each commit's patch is asked for once. */
export class PatchMatches {
  readonly #db: Database;
  readonly #readPatchId: ReadPatchId;
  readonly #log: Logger;
  readonly #now: () => number;
  /** A commit's patch never changes. */
  readonly #known = new Map<string, string | undefined>();
  readonly #waiting = new Map<number, Waiting>();
  readonly #busy = new Set<number>();
  #hasGit = true;

  constructor(db: Database, { readPatchId, log, now = Date.now }: PatchMatchDeps) {
    this.#db = db;
    this.#readPatchId = readPatchId;
    this.#log = log;
    this.#now = now;
  }

  /** Whether something of this tenant waits, and it is time for it. */
  isDue(tenantId: number): boolean {
    return (this.#waiting.get(tenantId)?.at ?? Number.POSITIVE_INFINITY) <= this.#now();
  }

  /** @returns whether there is anything new */
  async find(tenantId: number, touched: readonly number[]): Promise<boolean> {
    if (!this.#hasGit) return false;
    const before = this.#waiting.get(tenantId);
    const repositoryIds = new Set([...touched, ...(before?.repositoryIds ?? [])]);
    const at = before?.at ?? this.#now();
    this.#waiting.set(tenantId, { at, repositoryIds });
    // The job and the sweep may come at once: what the later one brings waits.
    if (at > this.#now() || this.#busy.has(tenantId)) return false;
    this.#busy.add(tenantId);
    this.#waiting.delete(tenantId);
    try {
      return await this.#findIn(tenantId, repositoryIds);
    } finally {
      this.#busy.delete(tenantId);
    }
  }

  async #findIn(tenantId: number, repositoryIds: ReadonlySet<number>): Promise<boolean> {
    const selection = { repositoryIds: [...repositoryIds], now: new Date(this.#now()), most: MOST_AT_ONCE };
    const commits = await withTenant(this.#db, tenantId, (trx) => listUnmatchedCommits(trx, tenantId, selection));
    if (this.#known.size >= MOST_REMEMBERED) this.#known.clear();
    const matches: (UnmatchedCommit & { match_sha: string | null })[] = [];
    let again = commits.length === MOST_AT_ONCE ? this.#now() : Number.POSITIVE_INFINITY;
    for (const commit of commits) {
      try {
        matches.push({ ...commit, match_sha: await this.#findMatch(tenantId, commit) });
      } catch (err) {
        if (err instanceof ConfigError) this.#hasGit = false;
        again = askAgainAt(err, this.#now());
        this.#log.warn({ err, tenant: tenantId }, 'commits with the same patch, not looked for');
        break;
      }
    }
    if (matches.length > 0) {
      await withTenant(this.#db, tenantId, (trx) => recordPatchMatches(trx, tenantId, matches));
    }
    if (this.#hasGit && Number.isFinite(again)) this.#wait(tenantId, { at: again, repositoryIds });
    return matches.some(({ match_sha }) => match_sha !== null);
  }

  #wait(tenantId: number, { at, repositoryIds }: Waiting): void {
    const came = this.#waiting.get(tenantId)?.repositoryIds ?? [];
    this.#waiting.set(tenantId, { at, repositoryIds: new Set([...repositoryIds, ...came]) });
  }

  async #findMatch(tenantId: number, commit: UnmatchedCommit): Promise<string | null> {
    if (commit.candidates.length === 0) return null;
    const patch = await this.#patchOf(tenantId, commit, commit.sha);
    if (patch === undefined) return null;
    for (const sha of commit.candidates) {
      if ((await this.#patchOf(tenantId, commit, sha)) === patch) return sha;
    }
    return null;
  }

  /** @returns undefined also where GitHub has none to tell */
  async #patchOf(tenantId: number, commit: UnmatchedCommit, sha: string): Promise<string | undefined> {
    const key = `${tenantId} ${commit.repository_id} ${sha}`;
    if (!this.#known.has(key)) this.#known.set(key, await this.#ask({ tenantId, fullName: commit.full_name, sha }));
    return this.#known.get(key);
  }

  async #ask(commit: Parameters<ReadPatchId>[0]): Promise<string | undefined> {
    try {
      return await this.#readPatchId(commit);
    } catch (err) {
      if (Number.isFinite(askAgainAt(err, this.#now()))) throw err;
      this.#log.warn({ err, tenant: commit.tenantId }, 'a commit has no diff to compare');
      return undefined;
    }
  }
}
