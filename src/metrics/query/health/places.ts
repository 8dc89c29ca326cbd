import { type RawBuilder, sql } from 'kysely';
import { periodsOf, type SeriesStep } from '../periods.ts';
import type { MetricScope } from '../scope.ts';

/** What to read beside the whole window: its days or weeks, by when they start. */
export interface HealthQuery extends MetricScope {
  readonly starts: readonly Date[];
}

export function startsOf(scope: MetricScope, step: SeriesStep): Date[] {
  return periodsOf(scope, step).map(({ from }) => new Date(from));
}

/** In which day or week a time lies; 1 is the first. */
export function placeOf(time: RawBuilder<unknown>, { starts }: HealthQuery): RawBuilder<unknown> {
  return starts.length === 0 ? sql`null::integer` : sql`width_bucket(${time}, ${starts}::timestamptz[])`;
}

/** Groups by the place, and over all of them, where the place is null. */
export function byPlaceAndWhole({ starts }: HealthQuery): RawBuilder<unknown> {
  return starts.length === 0 ? sql`group by place` : sql`group by grouping sets ((), (place))`;
}
