import { type RawBuilder, sql } from 'kysely';
import { isOfTeam, isScoped, type MetricScope } from '../query/scope.ts';
import { deployedEver, deployedWithin, type Finish } from './deployed.ts';

/** As Datadog documents it. */
const [LONGEST_GAP_DAYS, MOST_COMMITS] = [60, 5_000];

/**
 * Merged pull requests, with the deployment of the window that has their merge first of all in the repository: that is
 * `shipped_by`, or a baseline.
 */
export function shippedPulls(scope: MetricScope, finish: Finish): RawBuilder<unknown> {
  const { tenantId } = scope;
  const of = (table: string, other: string) =>
    sql`${sql.ref(`${table}.tenant_id`)} = ${tenantId} and ${sql.ref(`${table}.repository_id`)} = ${sql.ref(`${other}.repository_id`)}`;
  return sql`
    with finished as materialized (
      select d.repository_id, d.deployment_id, d.environment, d.at, d.baseline from (${deployedWithin(scope, finish)}) d
      where d.outcome = 'success' and d.deployment_id <> (
        select b.deployment_id from production_deployments b where ${of('b', 'd')} and b.outcome = 'success'
        order by b.finished_at, b.deployment_id limit 1)
    ), shipped as (
      select d.deployment_id, d.environment, d.at, p.*
      from finished d join merged_pull_requests p on ${of('p', 'd')} and p.shipped_by = d.deployment_id
      union all
      select d.deployment_id, d.environment, d.at, p.*
      from finished d
      join shipped_commits m on ${of('m', 'd')} and m.deployment_id = d.deployment_id
      join merged_pull_requests p on ${of('p', 'd')} and p.merge_commit_sha = m.sha
      where d.baseline
    )
    select p.repository_id, p.deployment_id as id, p.at, p.at as finish, p.number, p.merge_commit_sha as sha,
      p.environment, p.first_commit_at, p.created_at, p.merged_at, ${noReviews}, ${noCommit},
      case when p.first_commit_at is null then 'unknown_commits' end as missing
    from shipped p
    where p.deployment_id = (
        select e.deployment_id from shipped_commits e where ${of('e', 'p')} and e.sha = p.merge_commit_sha
        order by e.finished_at, e.deployment_id limit 1)
      and ${isOfTeam(scope, { person: sql`p.author_id`, at: sql`p.merged_at` })}`;
}

const noReviews = sql`null::timestamptz as ready_at, null::timestamptz as first_review_at, null::timestamptz as approved_at`;
const noCommit = sql`null::timestamptz as authored_at, null::timestamptz as committed_at`;
const noPull = sql`null::timestamptz as first_commit_at, null::timestamptz as created_at, null::timestamptz as merged_at,
  ${noReviews}`;

/** Pull requests that were merged in the window, with the first deployment of their branch after that. */
export function shippedByBranch(scope: MetricScope, finish: Finish): RawBuilder<unknown> {
  const { tenantId, from, to } = scope;
  const ofPull = (table: string) => sql`${sql.ref(`${table}.tenant_id`)} = ${tenantId}
    and ${sql.ref(`${table}.repository_id`)} = p.repository_id and ${sql.ref(`${table}.number`)} = p.number`;
  return sql`
    select p.repository_id, p.number::bigint as id, p.merged_at as at, next.at as finish, p.number,
      p.merge_commit_sha as sha, next.environment, p.first_commit_at, p.created_at, p.merged_at, p.ready_at,
      seen.first_review_at, seen.approved_at, ${noCommit},
      case when next.at is null then
          case when p.shipped_by is null then 'not_deployed' else 'no_deployment_of_branch' end
        when p.first_commit_at is null then 'unknown_commits' end as missing
    from merged_pull_requests p
    join pull_requests q on ${ofPull('q')}
    left join lateral (
      select d.at, d.environment from (${deployedEver(scope, finish)}) d
      where d.repository_id = p.repository_id and d.ref = q.base_ref and d.outcome = 'success' and d.at >= p.merged_at
        and d.finished_at >= p.merged_at
      order by d.finished_at limit 1
    ) next on true
    cross join lateral (
      select min(v.submitted_at) as first_review_at, min(v.submitted_at) filter (where v.state = 'approved') as approved_at
      from reviews v
      where ${ofPull('v')} and (v.author_id in (
        select a.contributor_id from contributors a where a.tenant_id = ${tenantId} and a.type = 'Bot')) is not true
    ) seen
    where p.tenant_id = ${tenantId} and ${isScoped(scope, 'p')} and p.merged_at >= ${from} and p.merged_at < ${to}
      and ${isOfTeam(scope, { person: sql`p.author_id`, at: sql`p.merged_at` })}`;
}

/** Commits but merges, with each environment's first deployment that has them; nothing of the first one of all. */
export function shippedCommits(scope: MetricScope, finish: Finish): RawBuilder<unknown> {
  const { tenantId } = scope;
  const ofRepository = (table: string) =>
    sql`${sql.ref(`${table}.tenant_id`)} = ${tenantId} and ${sql.ref(`${table}.repository_id`)} = d.repository_id`;
  return sql`
    select d.repository_id, d.deployment_id as id, d.at, d.at as finish, null::integer as number, d.shipped as sha,
      d.environment, ${noPull}, c.authored_at, c.committed_at,
      case when d.at > d.before + ${LONGEST_GAP_DAYS}::integer * interval '1 day' then 'long_gap'
        when d.are then 'too_many_commits'
        when c.parents is null then 'unknown_parents' end as missing
    from (
      select d.repository_id, d.deployment_id, d.at, d.environment, m.sha as shipped, before.finished_at as before, many.are
      from (${deployedWithin(scope, finish)}) d
      cross join lateral (
        select b.finished_at from production_deployments b
        where ${ofRepository('b')} and b.environment = d.environment and b.outcome = 'success'
          and (b.finished_at, b.deployment_id) < (d.finished_at, d.deployment_id)
        order by b.finished_at desc, b.deployment_id desc limit 1
      ) before
      left join lateral (
        select true as are from shipped_commits n
        where ${ofRepository('n')} and n.deployment_id = d.deployment_id offset ${MOST_COMMITS} limit 1
      ) many on true
      join shipped_commits m on ${ofRepository('m')} and m.deployment_id = d.deployment_id
      where d.outcome = 'success' and not d.baseline
    ) d
    left join commits c on ${ofRepository('c')} and c.sha = d.shipped
    ${authorOf(scope)}
    where coalesce(cardinality(c.parents), 0) <= 1 and ${isOfTeam(scope, author)}`;
}

/** The commits of the push whose head was deployed. */
export function shippedByPush(scope: MetricScope, finish: Finish): RawBuilder<unknown> {
  const { tenantId } = scope;
  return sql`
    select d.repository_id, d.deployment_id as id, d.at, d.at as finish, null::integer as number, x.sha, d.environment,
      ${noPull}, c.authored_at, c.committed_at, case when h.head_sha is null then 'no_push' end as missing
    from (${deployedWithin(scope, finish)}) d
    left join pushes h on h.tenant_id = ${tenantId} and h.repository_id = d.repository_id and h.head_sha = d.sha
    left join lateral unnest(h.shas) as x (sha) on true
    left join commits c on c.tenant_id = ${tenantId} and c.repository_id = d.repository_id and c.sha = x.sha
    ${authorOf(scope)}
    where d.outcome = 'success' and ${isOfTeam(scope, author)}`;
}

const author = { person: sql`e.contributor_id`, at: sql`c.authored_at` };

/** Who wrote the commit `c`, where a team asks. */
function authorOf({ tenantId, teamId }: MetricScope): RawBuilder<unknown> {
  if (teamId === undefined) return sql``;
  return sql`left join contributor_emails e on e.tenant_id = ${tenantId} and e.email = c.author_email`;
}
