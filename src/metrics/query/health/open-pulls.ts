import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../../db/tenant.ts';
import { isBot, isOfTeam, type MetricScope, personOf, scopedRepositories, whyLeftOut } from '../scope.ts';
import type { HealthQuery } from './places.ts';
import { readToldPulls, type ToldPulls } from './told-pulls.ts';

/**
 * The pull requests that are open at any of these moments, which are in their order; `k` is which of them, from 1.
 * Whether one was a draft then is not known: it waits if it is none now.
 */
function openPulls(scope: MetricScope, moments: readonly Date[]): RawBuilder<unknown> {
  const { tenantId, from, to } = scope;
  const ended = sql`least(p.merged_at, p.closed_at)`;
  const ats = sql`${moments}::timestamptz[]`;
  return sql`
    with scoped as materialized (${scopedRepositories(scope)}),
    spans as materialized (
      select p.repository_id, p.number, p.created_at, p.ready_at, p.draft, p.author_id, a.login as author,
        ${whyLeftOut} as left_out, width_bucket(p.created_at, ${ats}) + 1 as first,
        case when ${ended} is null then ${moments.length} else width_bucket(${ended}, ${ats}) end as last
      from pull_requests p
      join scoped s on s.repository_id = p.repository_id
      left join contributors a on a.tenant_id = ${tenantId} and a.contributor_id = p.author_id
      where p.tenant_id = ${tenantId} and p.created_at < ${to} and coalesce(${ended} >= ${from}, p.state = 'open')
        and width_bucket(p.created_at, ${ats})
          < case when ${ended} is null then ${moments.length} else width_bucket(${ended}, ${ats}) end
    ),
    moments as materialized (
      select o.*, g.k::integer as k, (${ats})[g.k] as at from spans o
      cross join lateral generate_series(o.first, o.last) as g (k)
    )
    select o.repository_id, o.number, o.author, o.created_at, o.ready_at, o.left_out, v.first_review_at, o.k,
      date_part('epoch', o.at - o.created_at) as age_s,
      greatest(date_part('epoch', o.at - greatest(o.ready_at, o.created_at)), 0) as ready_s,
      case when o.draft then 'draft' when v.first_review_at < o.at then 'reviewed' end as not_waiting
    from moments o
    join scoped s on s.repository_id = o.repository_id
    left join lateral (
      select min(v.submitted_at) as first_review_at from reviews v
      left join contributors r on r.tenant_id = ${tenantId} and r.contributor_id = v.author_id
      where v.tenant_id = ${tenantId} and v.repository_id = o.repository_id and v.number = o.number
        and v.author_id is distinct from o.author_id and ${isBot('r')} is not true
        and coalesce(r.merged_into, v.author_id) is distinct from ${personOf(tenantId, sql`o.author_id`)}
    ) v on true
    where ${isOfTeam(scope, { person: sql`o.author_id`, at: sql`o.at` })}`;
}

/** Those that are open at the end of the window, or now if that is to come. */
export function openAtEnd(scope: MetricScope): RawBuilder<unknown> {
  return openPulls(scope, hasBegun(scope.from) ? [atLatestNow(scope.to)] : []);
}

export interface OpenPulls {
  /** Of the day or week whose end it is; null for the end of the window. */
  readonly place: number | null;
  readonly open: number;
  readonly age_s: number | null;
  readonly waiting: number;
  readonly waiting_s: number | null;
  /** Left out, and of those that are not: why they do not wait. */
  readonly bots: number;
  readonly excluded_people: number;
  readonly drafts: number;
  readonly reviewed: number;
  /** Whether it is known at all. */
  readonly told: ToldPulls;
}

/** At the end of the window, and of each of its days or weeks that has begun. */
export async function readOpenPulls(trx: Trx, query: HealthQuery): Promise<OpenPulls[]> {
  if (!hasBegun(query.from)) return [];
  const begun = query.starts.filter(hasBegun);
  const ends = begun.map((_, index) => atLatestNow(query.starts[index + 1] ?? query.to));
  const moments = [...ends, atLatestNow(query.to)];
  const toldAt = await readToldPulls(trx, query);
  const { rows } = await sql<Omit<OpenPulls, 'told'> & { readonly k: number }>`
    with open_pulls as (select p.*, p.left_out is null as counts from (${openPulls(query, moments)}) p)
    select e.k, nullif(e.k, ${moments.length}) as place, (count(*) filter (where o.counts))::integer as open,
      percentile_cont(0.5) within group (order by o.age_s) filter (where o.counts) as age_s,
      (count(*) filter (where o.counts and o.not_waiting is null))::integer as waiting,
      percentile_cont(0.5) within group (order by o.ready_s)
        filter (where o.counts and o.not_waiting is null) as waiting_s,
      (count(*) filter (where o.left_out = 'bot'))::integer as bots,
      (count(*) filter (where o.left_out = 'excluded_person'))::integer as excluded_people,
      (count(*) filter (where o.counts and o.not_waiting = 'draft'))::integer as drafts,
      (count(*) filter (where o.counts and o.not_waiting = 'reviewed'))::integer as reviewed
    from generate_series(1, ${moments.length}::integer) as e (k) left join open_pulls o on o.k = e.k
    group by e.k`.execute(trx);
  return rows.map((row) => Object.assign(row, { told: toldAt(moments[row.k - 1] ?? query.to) }));
}

function hasBegun(time: Date): boolean {
  return time.getTime() < Date.now();
}

function atLatestNow(time: Date): Date {
  return new Date(Math.min(time.getTime(), Date.now()));
}
