import { type RawBuilder, sql } from 'kysely';
import type { SeriesStep } from '../periods.ts';
import type { MetricScope } from '../scope.ts';

/** What to read beside the whole window: its days or weeks. */
export interface HealthQuery extends MetricScope {
  readonly step: SeriesStep;
}

/** The days or weeks that a window touches, as `(bucket, first, until)`; those at its ends may be shorter. */
export function bucketsOf({ from, to, timeZone, step }: HealthQuery): RawBuilder<unknown> {
  const zoned = (time: Date) => sql`(${time}::timestamptz at time zone ${timeZone})`;
  const length = sql`${`1 ${step}`}::interval`;
  return sql`
    select b.start as bucket, greatest(b.start at time zone ${timeZone}, ${from}::timestamptz) as first,
      least((b.start + ${length}) at time zone ${timeZone}, ${to}::timestamptz) as until
    from generate_series(date_trunc(${step}, ${zoned(from)}), ${zoned(to)} - interval '1 microsecond', ${length})
      as b (start)`;
}

/** The day or week of a time, as in `bucketsOf`. */
export function bucketOf(time: RawBuilder<unknown>, { timeZone, step }: HealthQuery): RawBuilder<unknown> {
  return sql`date_trunc(${step}, ${time} at time zone ${timeZone})`;
}

/** Groups by the bucket, and over all of them; the bucket of the whole is null. */
export const byBucketAndWhole = sql`group by grouping sets ((), (bucket))`;
