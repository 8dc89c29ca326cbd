import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { type Trx, withTenant } from '../../db/tenant.ts';
import { applyFacts } from '../facts/apply.ts';
import type { Facts } from '../facts/facts.ts';
import { commitFacts } from './commit-facts.ts';
import type { SourceCommit } from './commit-source.ts';

const PAGE = 5_000;
/** What a push told, and nobody exactly: see the ranks in commit-facts.ts. */
const ONLY_PUSHED = sql`detailed_at is null and observed_rank < ${2 ** 48}`;

export interface UnlistedPullRequest {
  readonly number: number;
  readonly merge_commit_sha: string | null;
  readonly merged_at: Date;
}

/** Where a commit stands among the others of its repository, by time. */
export interface CommitPlace {
  readonly sha: string;
  readonly committed_at: string;
}

/** What a repository has stored and what it lacks, for whoever hydrates it. */
export class FactStore {
  readonly #db: Database;
  readonly #tenantId: number;
  readonly #repositoryId: number;

  constructor(db: Database, { tenantId, repositoryId }: { tenantId: number; repositoryId: number }) {
    this.#db = db;
    this.#tenantId = tenantId;
    this.#repositoryId = repositoryId;
  }

  async record(commits: readonly SourceCommit[]): Promise<void> {
    if (commits.length === 0) return;
    const seenAt = new Date().toISOString();
    await this.apply([commitFacts(commits, { repositoryId: this.#repositoryId, seenAt })]);
  }

  async apply(facts: readonly Facts[]): Promise<void> {
    await this.#inTenant((trx) => applyFacts(trx, this.#tenantId, facts));
  }

  /** Whether the history of the default branch has been read to its end, or to the horizon, at least once. */
  async isHistoryRead(): Promise<boolean> {
    const rows = await this.#query(sql`
      select from sync_cursors
      where tenant_id = ${this.#tenantId} and repository_id = ${this.#repositoryId} and entity = 'commits'
        and covered_until is not null`);
    return rows.length > 0;
  }

  async findFullName(): Promise<string> {
    const rows = await this.#query<{ full_name: string | null }>(sql`
      select full_name from repositories
      where tenant_id = ${this.#tenantId} and repository_id = ${this.#repositoryId}`);
    return rows[0]?.full_name ?? '';
  }

  /** How many commits lack their details, and merged pull requests the list of their commits. */
  async countUnhydrated(): Promise<number> {
    const rows = await this.#query<{ count: number }>(sql`
      select (select count(*) from commits
          where tenant_id = ${this.#tenantId} and repository_id = ${this.#repositoryId} and ${ONLY_PUSHED})
        + (select count(*) from pull_requests
          where tenant_id = ${this.#tenantId} and repository_id = ${this.#repositoryId}
            and merged_at is not null and commits_at is null) as count`);
    return rows[0]?.count ?? 0;
  }

  /** A page of commits without details, newest first: a source reads neighbours faster than a random lot. */
  listUndetailed(after: CommitPlace | undefined): Promise<readonly CommitPlace[]> {
    return this.#query<CommitPlace>(sql`
      select sha, to_json(committed_at) #>> '{}' as committed_at from commits
      where tenant_id = ${this.#tenantId} and repository_id = ${this.#repositoryId} and ${ONLY_PUSHED}
        and (committed_at, sha) < (${after?.committed_at ?? 'infinity'}::timestamptz, ${after?.sha ?? ''})
      order by committed_at desc, sha desc limit ${PAGE}`);
  }

  /**
   * Commits that a stored one names as its parent, and that are not stored.
   * @param since only those of younger children: what is older is left out on purpose
   */
  async listMissingParents(since?: Date): Promise<string[]> {
    const rows = await this.#query<{ sha: string }>(sql`
      select distinct parent.sha
      from commits c cross join unnest(c.parents) as parent (sha)
      where c.tenant_id = ${this.#tenantId} and c.repository_id = ${this.#repositoryId}
        and c.committed_at >= ${since ?? '-infinity'}::timestamptz
        and not exists (
          select from commits p
          where p.tenant_id = ${this.#tenantId} and p.repository_id = ${this.#repositoryId} and p.sha = parent.sha)
      limit ${PAGE}`);
    return rows.map(({ sha }) => sha);
  }

  /** Commits that were released or deployed, and that are not stored: of a tag on a branch that is gone. */
  async listMissingDeployed(): Promise<string[]> {
    const ofRepository = (table: string) =>
      sql`${sql.ref(`${table}.tenant_id`)} = ${this.#tenantId} and ${sql.ref(`${table}.repository_id`)} = ${this.#repositoryId}`;
    const rows = await this.#query<{ sha: string }>(sql`
      select named.sha from (
        select g.sha from tags g where ${ofRepository('g')}
        union select r.target_commitish from releases r where ${ofRepository('r')} and length(r.target_commitish) = 40
        union select d.sha from deployments d where ${ofRepository('d')}
      ) named
      where named.sha is not null and not exists (
        select from commits c where ${ofRepository('c')} and c.sha = named.sha)
      limit ${PAGE}`);
    return rows.map(({ sha }) => sha);
  }

  /** Those of the commits that are not stored. */
  async listUnknown(shas: readonly string[]): Promise<Set<string>> {
    const rows = await this.#query<{ sha: string }>(sql`
      select sha from commits
      where tenant_id = ${this.#tenantId} and repository_id = ${this.#repositoryId} and sha = any(${shas}::text[])`);
    const known = new Set(rows.map(({ sha }) => sha));
    return new Set(shas.filter((sha) => !known.has(sha)));
  }

  /** A page of merged pull requests whose commits have not been listed, by number. */
  listUnlisted(after: number): Promise<readonly UnlistedPullRequest[]> {
    return this.#query<UnlistedPullRequest>(sql`
      select number, merge_commit_sha, merged_at from pull_requests
      where tenant_id = ${this.#tenantId} and repository_id = ${this.#repositoryId}
        and merged_at is not null and commits_at is null and number > ${after}
      order by number limit ${PAGE}`);
  }

  #query<T>(query: ReturnType<typeof sql<T>>): Promise<readonly T[]> {
    return this.#inTenant(async (trx) => (await query.execute(trx)).rows);
  }

  #inTenant<T>(work: (trx: Trx) => Promise<T>): Promise<T> {
    return withTenant(this.#db, this.#tenantId, work);
  }
}
