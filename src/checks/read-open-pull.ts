import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import type { CheckedPull, FailedBefore, PullRow, ReviewRow } from './check-facts.ts';
import type { FileRules } from './files/changed-files.ts';
import { findFiles } from './files/stored-files.ts';
import { lastReviews } from './last-reviews.ts';

export interface PullPlace {
  readonly tenantId: number;
  readonly repositoryId: number;
  readonly number: number;
}

type OpenFacts = Pick<CheckedPull, 'reviews' | 'review' | 'firstContribution'>;

export const notOpen: OpenFacts = { reviews: [], review: null, firstContribution: null };

interface Asked {
  readonly about: PullRow;
  readonly rules: FileRules | null;
}

/** What is said of a pull request while it is open. */
export async function readOpen(trx: Trx, place: PullPlace, { about, rules }: Asked): Promise<OpenFacts> {
  return {
    reviews: await listLastReviews(trx, place, about),
    review: {
      files: await findFiles(trx, place, about.head_sha),
      rules,
      approvers: rules && rules.codeOwners !== null ? await listApprovers(trx, place, about) : [],
      failedBefore: await listFailedBefore(trx, place),
    },
    firstContribution: await isFirstContribution(trx, place, about),
  };
}

async function listLastReviews(trx: Trx, place: PullPlace, about: PullRow): Promise<ReviewRow[]> {
  const { rows } = await sql<ReviewRow>`
    select c.login, v.state, v.commit_sha, v.submitted_at from (${lastReviews(place, about)}) v
    left join contributors c on c.tenant_id = ${place.tenantId} and c.contributor_id = v.author_id
    order by v.author_id`.execute(trx);
  return rows;
}

/** Who is in a team is in the teams above it, too. */
async function listApprovers(trx: Trx, place: PullPlace, about: PullRow): Promise<string[]> {
  const { tenantId } = place;
  const { rows } = await sql<{ name: string }>`
    with recursive approving as (
      select author_id from (${lastReviews(place, about)}) last where state = 'approved'
    ), lineage as (
      select t.team_id, t.parent_id, t.slug from team_members m
      join approving a on a.author_id = m.user_id
      join teams t on t.tenant_id = ${tenantId} and t.team_id = m.team_id and t.removed_at is null
      where m.tenant_id = ${tenantId} and m.removed_at is null
      union
      select t.team_id, t.parent_id, t.slug from lineage l
      join teams t on t.tenant_id = ${tenantId} and t.team_id = l.parent_id and t.removed_at is null
    )
    select '@' || lower(c.login) as name from approving a
    join contributors c on c.tenant_id = ${tenantId} and c.contributor_id = a.author_id and c.login is not null
    union
    select lower(e.email) from approving a
    join contributor_emails e on e.tenant_id = ${tenantId} and e.contributor_id = a.author_id
    union
    select '@' || lower(o.login || '/' || l.slug) from lineage l
    join tenants o on o.tenant_id = ${tenantId}`.execute(trx);
  return rows.map(({ name }) => name);
}

/** More than anybody reads. */
const MOST_BEFORE = 100;

/** The latest first. Files are known of pull requests that had a check run. */
async function listFailedBefore(trx: Trx, { tenantId, repositoryId, number }: PullPlace): Promise<FailedBefore[]> {
  const { rows } = await sql<FailedBefore>`
    with failed as materialized (
      select d.deployment_id, d.finished_at, c.number from production_deployments d
      join deployment_changes c on c.tenant_id = ${tenantId} and c.repository_id = ${repositoryId}
        and c.deployment_id = d.deployment_id and c.is_change and c.number not in (0, ${number})
      where d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId}
        and d.finished_at > now() - interval '90 days' and exists (
          select from deployment_failures f
          where f.tenant_id = ${tenantId} and f.repository_id = ${repositoryId} and f.deployment_id = d.deployment_id)
    )
    select mine.path, failed.deployment_id, failed.number from failed
    join pull_request_files other on other.tenant_id = ${tenantId} and other.repository_id = ${repositoryId}
      and other.number = failed.number
    join pull_request_files mine on mine.tenant_id = ${tenantId} and mine.repository_id = ${repositoryId}
      and mine.number = ${number} and mine.path = other.path
    order by failed.finished_at desc, failed.deployment_id desc, mine.place, failed.number
    limit ${MOST_BEFORE}`.execute(trx);
  return rows;
}

/** Whether nothing of its author, a person, was merged here before; null while that could be unread. */
async function isFirstContribution(
  trx: Trx,
  { tenantId, repositoryId, number }: PullPlace,
  { author_id, created_at }: PullRow,
): Promise<boolean | null> {
  if (author_id === null) return null;
  const { rows } = await sql<{ first: boolean; known: boolean }>`
    select not exists (
        select from contributors a
        where a.tenant_id = ${tenantId} and a.contributor_id = ${author_id} and coalesce(a.bot, a.type = 'Bot'))
      and not exists (
        select from pull_requests p
        where p.tenant_id = ${tenantId} and p.author_id = ${author_id} and p.repository_id = ${repositoryId}
          and p.number <> ${number} and p.created_at < ${created_at} and p.merged_at is not null) as first,
      exists (
        select from sync_cursors c
        where c.tenant_id = ${tenantId} and c.repository_id = ${repositoryId} and c.entity = 'pull_requests'
          and c.covered_until is not null) as known`.execute(trx);
  return rows[0]?.known ? rows[0].first : null;
}
