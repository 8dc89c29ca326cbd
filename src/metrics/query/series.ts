import type { Metric } from './metric.ts';
import { sortedValues } from './percentiles.ts';
import { DAY_MS, periodsOf, placesOf, type SeriesStep } from './periods.ts';
import type { Samples } from './samples.ts';
import type { MetricScope } from './scope.ts';
import { sampleSize, valueOf } from './statistic.ts';
import { wallClock } from './local-time.ts';

export interface SeriesPoint {
  readonly from: string;
  readonly value: number | null;
  readonly n: number;
}

/** Of the clock on the wall. */
export function daysOf({ from, to, timeZone }: MetricScope): number {
  return (wallClock(to, timeZone) - wallClock(from, timeZone)) / DAY_MS;
}

interface Stretch {
  readonly scope: MetricScope;
  readonly step: SeriesStep;
  readonly samples: Samples;
}

/** A point for each day or week that the window touches. */
export function series({ statistic }: Metric, { scope, step, samples }: Stretch): SeriesPoint[] {
  const periods = periodsOf(scope, step);
  const places = placesOf(samples.at, periods);
  const [rows, counted] = [new Int32Array(periods.length), new Int32Array(periods.length)];
  for (let index = 0; index < places.length; index++) {
    const place = places[index] ?? 0;
    rows[place] = (rows[place] ?? 0) + 1;
    counted[place] = (counted[place] ?? 0) + (samples.counted[index] ?? 0);
  }
  const valuesIn = gather(samples.values, places, rows);
  return periods.map(({ from, days }, place) => {
    const of = { sorted: sortedValues(valuesIn(place)), rows: rows[place] ?? 0, counted: counted[place] ?? 0, days };
    return { from: new Date(from).toISOString(), value: valueOf(statistic, of), n: sampleSize(statistic, of) };
  });
}

/** The values of each place, beside one another in one array. */
function gather(values: Float64Array, places: Int32Array, counts: Int32Array): (place: number) => Float64Array {
  const ends = new Int32Array(counts.length);
  let end = 0;
  for (const [place, count] of counts.entries()) {
    end += count;
    ends[place] = end;
  }
  const next = ends.map((last, place) => last - (counts[place] ?? 0));
  const gathered = new Float64Array(values.length);
  for (let index = 0; index < places.length; index++) {
    const place = places[index] ?? 0;
    const target = next[place] ?? 0;
    gathered[target] = values[index] ?? Number.NaN;
    next[place] = target + 1;
  }
  return (place) => gathered.subarray((ends[place] ?? 0) - (counts[place] ?? 0), ends[place]);
}

/** Of each week, in ascending order, how many days have a row; a week without any is one of 0. */
export function busyDaysOfWeeks(scope: MetricScope, { at }: Samples): Float64Array {
  const days = periodsOf(scope, 'day');
  const busy = [...new Set(placesOf(at, days))].map((place) => (days[place]?.from ?? 0) / 1_000);
  const weeks = periodsOf(scope, 'week');
  const counts = new Float64Array(weeks.length);
  for (const week of placesOf(Float64Array.from(busy), weeks)) counts[week] = (counts[week] ?? 0) + 1;
  return counts.toSorted();
}
