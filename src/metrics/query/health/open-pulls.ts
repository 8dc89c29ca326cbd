import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../../db/tenant.ts';
import { isBot, isLeftOutBot, isOfTeam, type MetricScope, scopedRepositories } from '../scope.ts';
import { bucketsOf, type HealthQuery } from './buckets.ts';

/**
 * The pull requests that are open at each of the `points (k, at, bucket)`, in their order. Whether one was a draft then
 * is not known: it waits if it is none now.
 */
function openPulls(scope: MetricScope, points: RawBuilder<unknown>): RawBuilder<unknown> {
  const { tenantId, from, to } = scope;
  const ended = sql`least(p.merged_at, p.closed_at)`;
  return sql`
    with scoped as materialized (${scopedRepositories(scope)}),
    points as materialized (${points}),
    moments as materialized (select array_agg(at order by k) as ats from points),
    spans as (
      select p.repository_id, p.number, p.created_at, p.ready_at, p.draft, p.author_id, a.login as author,
        ${isLeftOutBot} is true as bot, v.first_review_at, width_bucket(p.created_at, m.ats) + 1 as first,
        case when ${ended} is null then cardinality(m.ats) else width_bucket(${ended}, m.ats) end as last
      from pull_requests p
      join scoped s on s.repository_id = p.repository_id
      cross join moments m
      left join contributors a on a.tenant_id = ${tenantId} and a.contributor_id = p.author_id
      left join lateral (
        select min(v.submitted_at) as first_review_at from reviews v
        left join contributors r on r.tenant_id = ${tenantId} and r.contributor_id = v.author_id
        where v.tenant_id = ${tenantId} and v.repository_id = p.repository_id and v.number = p.number
          and v.author_id is distinct from p.author_id and ${isBot('r')} is not true
      ) v on true
      where p.tenant_id = ${tenantId} and p.created_at < ${to}
        and coalesce(${ended} >= ${from}, p.state = 'open')
    )
    select o.repository_id, o.number, o.author, o.created_at, o.ready_at, o.bot, o.first_review_at, t.bucket, t.k,
      date_part('epoch', t.at - o.created_at) as age_s,
      greatest(date_part('epoch', t.at - greatest(o.ready_at, o.created_at)), 0) as ready_s,
      case when o.draft then 'draft' when o.first_review_at < t.at then 'reviewed' end as not_waiting
    from spans o
    cross join lateral generate_series(o.first, o.last) as g (k)
    join points t on t.k = g.k
    where ${isOfTeam(scope, { person: sql`o.author_id`, at: sql`t.at` })}`;
}

/** Those that are open at the end of the window, or now if that is to come. */
export function openAtEnd(scope: MetricScope): RawBuilder<unknown> {
  const { from, to } = scope;
  return openPulls(
    scope,
    sql`select 1 as k, least(${to}::timestamptz, now()) as at, null::timestamp as bucket where ${from}::timestamptz < now()`,
  );
}

export interface OpenPulls {
  /** Of its end; null for the end of the window. */
  readonly bucket: string | null;
  readonly open: number;
  readonly age_s: number | null;
  readonly waiting: number;
  readonly waiting_s: number | null;
}

/** At the end of the window, and of each of its days or weeks that has begun. */
export async function readOpenPulls(trx: Trx, query: HealthQuery): Promise<OpenPulls[]> {
  const points = sql`
    select row_number() over (order by until, bucket nulls last)::integer as k, least(until, now()) as at, bucket
    from (
      select bucket, until, first from (${bucketsOf(query)}) b
      union all
      select null, ${query.to}::timestamptz, ${query.from}::timestamptz
    ) ends where first < now()`;
  const { rows } = await sql<OpenPulls>`
    with open_pulls as (${openPulls(query, points)})
    select e.bucket::text as bucket, count(o.number)::integer as open,
      percentile_cont(0.5) within group (order by o.age_s) as age_s,
      (count(o.number) filter (where o.not_waiting is null))::integer as waiting,
      percentile_cont(0.5) within group (order by o.ready_s) filter (where o.not_waiting is null) as waiting_s
    from (${points}) e left join open_pulls o on o.k = e.k and not o.bot
    group by e.k, e.bucket order by e.k`.execute(trx);
  return rows;
}
