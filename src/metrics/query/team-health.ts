import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Quality } from './quality.ts';
import { isBot, isLeftOutBot, isOfTeam, type MetricScope, scopedRepositories } from './scope.ts';
import { type ReviewLoad, reviewLoad } from './review-load.ts';
import { type WorkHours, workHours } from './work-hours.ts';
import { listUnread } from './history-quality.ts';

type Measure =
  | 'work_in_progress'
  | 'open_age'
  | 'waiting_for_review'
  | 'waiting_age'
  | 'reviews_per_pull_request'
  | 'rework_cycles_per_pull_request'
  | 'review_load_spread'
  | 'outside_hours';

interface TeamHealthMeasure {
  readonly measure: Measure;
  /** Null: not known, and `quality` says why. */
  readonly value: number | null;
  readonly unit: 'count' | 'seconds' | 'per_pull_request' | 'ratio';
  /** How many things it is made of. */
  readonly n: number;
  readonly numerator: number | null;
  readonly denominator: number | null;
}

interface TeamHealth {
  readonly measures: TeamHealthMeasure[];
  readonly quality: Quality[];
}

/** How work flows in a team, or wherever the scope is. Of people only how many they are: nobody is named or ranked. */
export async function findTeamHealth(trx: Trx, scope: MetricScope): Promise<TeamHealth> {
  const open = await findOpenPulls(trx, scope);
  const merged = await findMergedPulls(trx, scope);
  const load = await reviewLoad(trx, scope);
  const hours = await workHours(trx, scope);
  return {
    measures: [
      count('work_in_progress', open.open),
      { ...count('open_age', open.open), value: open.age_s, unit: 'seconds' },
      count('waiting_for_review', open.waiting),
      { ...count('waiting_age', open.waiting), value: open.waiting_s, unit: 'seconds' },
      perPull('reviews_per_pull_request', { numerator: merged.reviews, pulls: merged.pulls }),
      perPull('rework_cycles_per_pull_request', { numerator: merged.rework_cycles, pulls: merged.pulls }),
      spreadOf(load),
      outsideOf(hours),
    ],
    quality: [...missing({ pulls: merged.pulls, load, hours }), ...(await listUnread(trx, scope))],
  };
}

interface OpenPulls {
  readonly open: number;
  readonly age_s: number | null;
  readonly waiting: number;
  readonly waiting_s: number | null;
}

/** At the end of the window. Whether one was a draft then is not known: it waits if it is none now. */
async function findOpenPulls(trx: Trx, scope: MetricScope): Promise<OpenPulls> {
  const { tenantId, to } = scope;
  const { rows } = await sql<OpenPulls>`
    with scoped as materialized (${scopedRepositories(scope)}),
    end_of_window as (select least(${to}::timestamptz, now()) as at),
    open_pulls as (
      select date_part('epoch', e.at - p.created_at) as age_s, p.draft is not true and not exists (
          select from reviews v
          left join contributors r on r.tenant_id = ${tenantId} and r.contributor_id = v.author_id
          where v.tenant_id = ${tenantId} and v.repository_id = p.repository_id and v.number = p.number
            and v.submitted_at < e.at and v.author_id is distinct from p.author_id
            and ${isBot('r')} is not true) as waits,
        date_part('epoch', e.at - greatest(p.ready_at, p.created_at)) as ready_s
      from pull_requests p
      join scoped s on s.repository_id = p.repository_id
      cross join end_of_window e
      left join contributors a on a.tenant_id = ${tenantId} and a.contributor_id = p.author_id
      where p.tenant_id = ${tenantId} and p.created_at < e.at
        and coalesce(least(p.merged_at, p.closed_at) >= e.at, p.state = 'open')
        and ${isLeftOutBot} is not true
        and ${isOfTeam(scope, { person: sql`p.author_id`, at: sql`e.at` })}
    )
    select count(*)::integer as open, percentile_cont(0.5) within group (order by age_s) as age_s,
      (count(*) filter (where waits))::integer as waiting,
      percentile_cont(0.5) within group (order by greatest(ready_s, 0)) filter (where waits) as waiting_s
    from open_pulls`.execute(trx);
  return only(rows);
}

interface MergedPulls {
  readonly pulls: number;
  readonly reviews: number;
  readonly rework_cycles: number;
}

async function findMergedPulls(trx: Trx, scope: MetricScope): Promise<MergedPulls> {
  const { tenantId, from, to } = scope;
  const { rows } = await sql<MergedPulls>`
    with scoped as materialized (${scopedRepositories(scope)})
    select count(*)::integer as pulls, coalesce(sum(p.reviews), 0)::integer as reviews,
      coalesce(sum(p.rework_cycles), 0)::integer as rework_cycles
    from merged_pull_requests p
    join scoped s on s.repository_id = p.repository_id
    left join contributors a on a.tenant_id = ${tenantId} and a.contributor_id = p.author_id
    where p.tenant_id = ${tenantId} and p.merged_at >= ${from} and p.merged_at < ${to}
      and ${isLeftOutBot} is not true
      and ${isOfTeam(scope, { person: sql`p.author_id`, at: sql`p.merged_at` })}`.execute(trx);
  return only(rows);
}

function count(measure: Measure, n: number): TeamHealthMeasure {
  return { measure, value: n, unit: 'count', n, numerator: null, denominator: null };
}

function perPull(measure: Measure, { numerator, pulls }: { numerator: number; pulls: number }): TeamHealthMeasure {
  const value = pulls === 0 ? null : numerator / pulls;
  return { measure, value, unit: 'per_pull_request', n: pulls, numerator, denominator: pulls };
}

function spreadOf({ reviews, people, half }: ReviewLoad): TeamHealthMeasure {
  const value = people === 0 ? null : half / people;
  return { measure: 'review_load_spread', value, unit: 'ratio', n: reviews, numerator: half, denominator: people };
}

function outsideOf({ commits, outside }: WorkHours): TeamHealthMeasure {
  const isKnown = outside !== null && commits > 0;
  return {
    measure: 'outside_hours',
    value: isKnown ? outside / commits : null,
    unit: 'ratio',
    n: commits,
    numerator: outside,
    denominator: outside === null ? null : commits,
  };
}

interface Found {
  readonly pulls: number;
  readonly load: ReviewLoad;
  readonly hours: WorkHours;
}

const longer = 'Choose a longer window, or a larger team.';

function missing({ pulls, load, hours }: Found): Quality[] {
  const found: Quality[] = [];
  if (pulls === 0) found.push({ code: 'no_merged_pull_requests', message: 'Nothing was merged.', action: longer });
  if (load.people === 0) found.push({ code: 'no_reviews', message: 'Nothing was reviewed.', action: longer });
  if (hours.outside === null) {
    const message = 'Fewer than 5 people have commits in the window: of so few, hours would tell who it was.';
    found.push({ code: 'few_people', message, action: longer });
  }
  return found;
}

function only<T>([row]: readonly T[]): T {
  if (row === undefined) throw new Error('a query of aggregates has one row');
  return row;
}
