import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { type Bucket, distribution } from './distribution.ts';
import type { Metric, Statistic } from './metric.ts';
import { type MetricScope, scopedRepositories } from './scope.ts';
import { utcText } from './utc-text.ts';

export type SeriesStep = 'day' | 'week';

export interface SeriesPoint {
  readonly from: string;
  readonly value: number | null;
  readonly n: number;
}

/** What the rows of a window come to. */
export interface Aggregate {
  readonly value: number | null;
  /** How many rows the value is made of. */
  readonly n: number;
  readonly numerator: number | null;
  readonly denominator: number | null;
  readonly p75: number | null;
  readonly p90: number | null;
  readonly mean: number | null;
  readonly open: number;
  readonly deployment_days_per_week: number | null;
  readonly excluded: readonly { readonly reason: string; readonly count: number }[];
  readonly series: readonly SeriesPoint[];
  /** Of a median; else null. */
  readonly distribution: readonly Bucket[] | null;
}

/** The rows of a metric, as a `with` clause that ends in `counting`: those that count. */
export function withRows(metric: Metric, scope: MetricScope): RawBuilder<unknown> {
  return sql`
    with scoped as materialized (${scopedRepositories(scope)}),
    metric_rows as materialized (${metric.rows(scope)}),
    counting as (
      select *, (at at time zone ${scope.timeZone}) as local_at from metric_rows where excluded is null
    )`;
}

export async function aggregate(
  trx: Trx,
  metric: Metric,
  { scope, step }: { scope: MetricScope; step: SeriesStep },
): Promise<Aggregate> {
  const days = daysBetween(sql`${scope.from}::timestamptz`, sql`${scope.to}::timestamptz`, scope.timeZone);
  const { rows } = await sql<Aggregate>`
    ${withRows(metric, scope)}
    select ${valueOf(metric.statistic, days)} as value, ${countOf(metric.statistic)} as n,
      ${numeratorOf(metric.statistic)} as numerator, ${denominatorOf(metric.statistic, days)} as denominator,
      percentile_cont(0.75) within group (order by value) as p75,
      percentile_cont(0.9) within group (order by value) as p90, avg(value) as mean,
      (count(*) filter (where open))::integer as open,
      ${metric.statistic === 'rate' ? daysPerWeek(scope) : sql`null::double precision`} as deployment_days_per_week,
      (select coalesce(jsonb_agg(jsonb_build_object('reason', reason, 'count', count) order by reason), '[]') from (
        select excluded as reason, count(*) from metric_rows where excluded is not null group by excluded) x
      ) as excluded,
      (${series(metric, { scope, step })}) as series, (${distribution(metric)}) as distribution
    from counting`.execute(trx);
  const [row] = rows;
  if (!row) throw new Error('an aggregate without groups has one row');
  return row;
}

/** The value of each repository that has rows which count. */
export async function aggregateByRepository(
  trx: Trx,
  metric: Metric,
  scope: MetricScope,
): Promise<ReadonlyMap<number, number | null>> {
  const days = daysBetween(sql`${scope.from}::timestamptz`, sql`${scope.to}::timestamptz`, scope.timeZone);
  const { rows } = await sql<{ repository_id: number; value: number | null }>`
    ${withRows(metric, scope)}
    select repository_id, ${valueOf(metric.statistic, days)} as value from counting group by repository_id`.execute(
    trx,
  );
  return new Map(rows.map(({ repository_id, value }) => [repository_id, value]));
}

/** Of the clock on the wall: a day with a change to summer time is one, too. */
function daysBetween(from: RawBuilder<unknown>, to: RawBuilder<unknown>, timeZone: string): RawBuilder<unknown> {
  return sql`(extract(epoch from (${to} at time zone ${timeZone}) - (${from} at time zone ${timeZone})) / 86400)::double precision`;
}

function countOf(statistic: Statistic): RawBuilder<unknown> {
  return statistic === 'median' ? sql`count(value)::integer` : sql`count(*)::integer`;
}

function valueOf(statistic: Statistic, days: RawBuilder<unknown>): RawBuilder<unknown> {
  switch (statistic) {
    case 'rate':
      return sql`count(*) / ${days}`;
    case 'ratio':
      return sql`(count(*) filter (where counted))::double precision / nullif(count(*), 0)`;
    case 'median':
      return sql`percentile_cont(0.5) within group (order by value)`;
  }
}

function numeratorOf(statistic: Statistic): RawBuilder<unknown> {
  if (statistic === 'median') return sql`null::integer`;
  return statistic === 'rate' ? sql`count(*)::integer` : sql`(count(*) filter (where counted))::integer`;
}

function denominatorOf(statistic: Statistic, days: RawBuilder<unknown>): RawBuilder<unknown> {
  if (statistic === 'median') return sql`null::double precision`;
  return statistic === 'rate' ? days : sql`count(*)::double precision`;
}

/** The median over the weeks of the days that have a row; a week without any is one of 0. */
function daysPerWeek({ from, to, timeZone }: MetricScope): RawBuilder<unknown> {
  return sql`(
    select percentile_cont(0.5) within group (order by w.days) from (
      select count(distinct c.local_at::date) as days
      from generate_series(date_trunc('week', ${from}::timestamptz at time zone ${timeZone}),
        (${to}::timestamptz at time zone ${timeZone}) - interval '1 microsecond', interval '1 week') as week
      left join counting c on c.local_at >= week and c.local_at < week + interval '1 week'
      group by week
    ) w)`;
}

/** A point for each day or week that the window touches; those at its ends may be shorter. */
function series(metric: Metric, { scope, step }: { scope: MetricScope; step: SeriesStep }): RawBuilder<unknown> {
  const { from, to, timeZone } = scope;
  const zoned = (time: RawBuilder<unknown>) => sql`(${time} at time zone ${timeZone})`;
  const [start, end] = [sql`${from}::timestamptz`, sql`${to}::timestamptz`];
  const length = sql`${`1 ${step}`}::interval`;
  const [first, last] = [sql`greatest(b.start, ${zoned(start)})`, sql`least(b.start + ${length}, ${zoned(end)})`];
  const days = sql`(extract(epoch from ${last} - ${first}) / 86400)::double precision`;
  return sql`
    select coalesce(jsonb_agg(jsonb_build_object('from', p.from, 'value', p.value, 'n', p.n) order by p.from), '[]')
    from (
      select ${utcText(zoned(first))} as from, count(c.id)::integer as points,
        case when ${metric.statistic === 'rate'} or count(c.id) > 0 then ${seriesValue(metric.statistic, days)} end as value,
        ${metric.statistic === 'median' ? sql`count(c.value)::integer` : sql`count(c.id)::integer`} as n
      from generate_series(date_trunc(${step}, ${zoned(start)}), ${zoned(end)} - interval '1 microsecond', ${length})
        as b (start)
      left join (select *, date_trunc(${step}, local_at) as start from counting) c using (start)
      group by b.start
    ) p`;
}

function seriesValue(statistic: Statistic, days: RawBuilder<unknown>): RawBuilder<unknown> {
  switch (statistic) {
    case 'rate':
      return sql`count(c.id) / ${days}`;
    case 'ratio':
      return sql`(count(c.id) filter (where c.counted))::double precision / nullif(count(c.id), 0)`;
    case 'median':
      return sql`percentile_cont(0.5) within group (order by c.value)`;
  }
}
