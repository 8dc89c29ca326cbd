import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { MetricDefinition, Place } from '../definition.ts';
import { readClosed, readReverts } from './body-references.ts';
import { isHotfix } from './labels.ts';
import { writeDifferences } from './write-differences.ts';

interface PullText {
  readonly number: number;
  readonly body: string | null;
  readonly head_ref: string | null;
  readonly labels: string[] | null;
}

interface Listed {
  /** Undefined: all. */
  readonly numbers: readonly number[] | undefined;
  readonly fullName: string;
  readonly definition: MetricDefinition;
}

/**
 * Brings what the metrics need of pull requests, of those that are merged, up to date; which deployment has them first
 * is found later.
 * @returns those that differed
 */
export async function refreshMergedPulls(trx: Trx, place: Place, listed: Listed): Promise<readonly number[]> {
  const { numbers, fullName, definition } = listed;
  if (numbers?.length === 0) return [];
  const { tenantId, repositoryId } = place;
  const among = numbers ? sql`number = any(${numbers}::integer[])` : sql`true`;
  const { rows: pulls } = await sql<PullText>`
    select number, body, head_ref, labels from pull_requests
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and ${among} and merged_at is not null`.execute(
    trx,
  );
  const { differed } = await writeDifferences<{ differed: number[] }>(trx, place, {
    table: 'merged_pull_requests',
    key: ['number'],
    columns: [
      'author_id',
      'created_at',
      'ready_at',
      'first_commit_at',
      'first_review_at',
      'merged_at',
      'merge_commit_sha',
      'head_sha',
      'reviews',
      'rework_cycles',
      'additions',
      'deletions',
      'hotfix',
      'reverts',
      'closes',
    ],
    wanted: wantedPulls(place, { pulls, fullName, definition }),
    among,
    telling: sql`coalesce(array_agg(number), '{}') as differed`,
  });
  return differed;
}

interface Texts {
  readonly pulls: readonly PullText[];
  readonly fullName: string;
  readonly definition: MetricDefinition;
}

function wantedPulls({ tenantId, repositoryId }: Place, { pulls, fullName, definition }: Texts): RawBuilder<unknown> {
  const repairs = pulls.map(({ number, body, head_ref: headRef, labels }) => {
    const [reverts, closes] = [readReverts({ body, fullName, headRef }), readClosed({ body, fullName })];
    const hotfix = isHotfix({ labels: labels ?? [], headRef }, definition) && reverts.length === 0;
    return { number, hotfix, reverts, closes };
  });
  return sql`
    select p.number, p.author_id, p.created_at, coalesce(p.ready_at, p.created_at) as ready_at,
      commits.first_at as first_commit_at, seen.first_at as first_review_at, p.merged_at, p.merge_commit_sha,
      p.head_sha, coalesce(seen.reviews, 0) as reviews, coalesce(rework.cycles, 0) as rework_cycles, p.additions,
      p.deletions,
      x.hotfix, x.reverts, x.closes
    from jsonb_to_recordset(${JSON.stringify(repairs)}::jsonb)
      as x (number integer, hotfix boolean, reverts integer[], closes integer[])
    join pull_requests p on p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.number = x.number
    left join contributors author on author.tenant_id = ${tenantId} and author.contributor_id = p.author_id
    cross join lateral (
      select case when count(*) = count(c.authored_at) then min(c.authored_at) end as first_at
      from pull_request_commits l
      left join commits c on c.tenant_id = ${tenantId} and c.repository_id = ${repositoryId} and c.sha = l.sha
      where l.tenant_id = ${tenantId} and l.repository_id = ${repositoryId} and l.number = p.number
    ) commits
    cross join lateral (
      select min(s.at) as first_at, count(*) filter (where s.is_review)::integer as reviews
      from (
        select v.author_id, v.submitted_at as at, true as is_review from reviews v
        where v.tenant_id = ${tenantId} and v.repository_id = ${repositoryId} and v.number = p.number
          and v.submitted_at is not null
        union all
        select t.author_id, t.created_at, false from comments t
        where t.tenant_id = ${tenantId} and t.repository_id = ${repositoryId} and t.number = p.number
          and t.kind = 'review' and t.deleted_at is null
      ) s
      left join contributors a on a.tenant_id = ${tenantId} and a.contributor_id = s.author_id
      where s.author_id is distinct from p.author_id
        and coalesce(a.merged_into, s.author_id) is distinct from coalesce(author.merged_into, p.author_id)
        and coalesce(a.bot, a.type = 'Bot' or lower(a.login) = any(${definition.bots}::text[])) is not true
        and a.excluded is not true
    ) seen
    cross join lateral (
      select count(distinct next.at)::integer as cycles
      from reviews v
      cross join lateral (
        select min(c.committed_at) as at from pull_request_commits l
        join commits c on c.tenant_id = ${tenantId} and c.repository_id = ${repositoryId} and c.sha = l.sha
        where l.tenant_id = ${tenantId} and l.repository_id = ${repositoryId} and l.number = p.number
          and c.committed_at > v.submitted_at
      ) next
      where v.tenant_id = ${tenantId} and v.repository_id = ${repositoryId} and v.number = p.number
        and v.state = 'changes_requested'
    ) rework`;
}

/** The pull requests of which one of the commits is listed. */
export async function listPullsOf(
  trx: Trx,
  { tenantId, repositoryId }: Place,
  commits: readonly string[],
): Promise<number[]> {
  if (commits.length === 0) return [];
  const { rows } = await sql<{ number: number }>`
    select distinct number from pull_request_commits
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and sha = any(${commits}::text[])`.execute(trx);
  return rows.map(({ number }) => number);
}
