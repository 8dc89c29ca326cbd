import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { listPullStages, type PullStages } from '../../metrics/query/pull-request-stages.ts';
import { firstCommitOf, firstReviewOf } from '../../metrics/query/pull-request-times.ts';
import { scopedRepositories } from '../../metrics/query/scope.ts';
import { idKey, type KeysOf, timeKey } from './cursor.ts';
import { type Org, repositoryIdOf } from './org-scope.ts';
import { allOf, timeKeyOf, timeOf } from './page.ts';
import { type AuthorColumns, findIdentity } from './person.ts';

export interface PullRow extends AuthorColumns {
  readonly pull_request_id: number | null;
  readonly repository_id: number;
  readonly repository: string;
  readonly number: number;
  readonly title: string;
  readonly state: 'open' | 'closed' | 'merged';
  readonly draft: boolean;
  readonly head_ref: string;
  readonly base_ref: string;
  readonly merge_commit_sha: string | null;
  readonly created_at: Date;
  readonly ready_at: Date | null;
  readonly first_commit_at: Date | null;
  readonly first_review_at: Date | null;
  readonly merged_at: Date | null;
  readonly closed_at: Date | null;
  readonly additions: number | null;
  readonly deletions: number | null;
  readonly changed_files: number | null;
  readonly labels: string[];
  readonly position: [string, number, number];
  /** Of a merged one. */
  readonly stages: PullStages | undefined;
}

export const pullKeys = [timeKey, idKey, idKey] as const;

interface PullsQuery {
  readonly limit: number;
  readonly cursor?: KeysOf<typeof pullKeys> | undefined;
  readonly repository?: string | undefined;
  readonly author?: string | undefined;
  readonly state?: PullRow['state'] | undefined;
  readonly base?: string | undefined;
  readonly head?: string | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

export async function listPulls(trx: Trx, org: Org, query: PullsQuery): Promise<PullRow[]> {
  const { limit, cursor: after, state, base, head, since, until } = query;
  const repositoryId = await repositoryIdOf(trx, org, query.repository);
  const author = await findIdentity(trx, org.tenant_id, query.author);
  const where = allOf([
    repositoryId === undefined ? undefined : sql`p.repository_id = ${repositoryId}::bigint`,
    author && sql`p.author_id = any(${author.contributorIds}::bigint[])`,
    state && sql`p.state = ${state}`,
    base === undefined ? undefined : sql`p.base_ref = ${base}`,
    head === undefined ? undefined : sql`p.head_ref = ${head}`,
    since && sql`p.created_at >= ${since}::timestamptz`,
    until && sql`p.created_at < ${until}::timestamptz`,
    after &&
      sql`(p.created_at, p.repository_id, p.number) < (${timeOf(after[0])}, ${after[1]}::bigint, ${after[2]}::bigint)`,
    sql`p.observed_at is not null`,
  ]);
  return selectPulls(trx, org.tenant_id, { where, limit: limit + 1 });
}

export async function findPull(
  trx: Trx,
  tenantId: number,
  key: { repository_id: number; number: number },
): Promise<PullRow | undefined> {
  const where = sql`
    p.repository_id = ${key.repository_id}::bigint and p.number = ${key.number} and p.observed_at is not null`;
  const [row] = await selectPulls(trx, tenantId, { where, limit: 1 });
  return row;
}

async function selectPulls(
  trx: Trx,
  tenantId: number,
  { where, limit }: { where: RawBuilder<unknown>; limit: number },
): Promise<PullRow[]> {
  const { rows } = await sql<Omit<PullRow, 'stages'>>`
    with page as materialized (
      select p.*, r.full_name as repository
      from pull_requests p
      join repositories r on r.tenant_id = ${tenantId} and r.repository_id = p.repository_id
        and r.full_name is not null and r.deleted_at is null
      where p.tenant_id = ${tenantId} and ${where}
      order by p.created_at desc, p.repository_id desc, p.number desc limit ${limit}
    ), scoped as materialized (${scopedRepositories({ tenantId })})
    select page.pull_request_id, page.repository_id, page.repository, page.number, page.title, page.state, page.draft, page.author_id,
      author.login as author_login, author.type as author_type, page.head_ref, page.base_ref, page.merge_commit_sha,
      page.created_at, page.ready_at, commits.first_commit_at, reviews.first_review_at, page.merged_at, page.closed_at,
      page.additions, page.deletions, page.changed_files, coalesce(page.labels, '{}') as labels,
      json_build_array(${timeKeyOf('page.created_at')}, page.repository_id, page.number) as position
    from page
    join scoped s on s.repository_id = page.repository_id
    left join contributors author on author.tenant_id = ${tenantId} and author.contributor_id = page.author_id
    cross join lateral (${firstCommitOf(tenantId, 'page')}) commits
    cross join lateral (${firstReviewOf(tenantId, 'page')}) reviews
    order by page.created_at desc, page.repository_id desc, page.number desc`.execute(trx);
  const found = await listPullStages(trx, tenantId, rows);
  const stages = new Map(found.map((one) => [`${one.repository_id} ${one.number}`, one]));
  return rows.map((row) => Object.assign(row, { stages: stages.get(`${row.repository_id} ${row.number}`) }));
}
