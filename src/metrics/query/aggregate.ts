import type { Trx } from '../../../db/tenant.ts';
import { type Bucket, distribution } from './distribution.ts';
import type { Metric } from './metric.ts';
import { readPackedRows, readPackedRowsByRepository } from './packed-rows.ts';
import { mean, percentile, sortedValues, sum } from './percentiles.ts';
import type { SeriesStep } from './periods.ts';
import { type Samples, samplesOf } from './samples.ts';
import type { MetricScope } from './scope.ts';
import { busyDaysOfWeeks, daysOf, type SeriesPoint, series } from './series.ts';
import { denominatorOf, kindOf, numeratorOf, sampleSize, valueOf } from './statistic.ts';

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

export async function aggregate(
  trx: Trx,
  metric: Metric,
  { scope, step }: { scope: MetricScope; step: SeriesStep },
): Promise<Aggregate> {
  const samples = samplesOf(metric, await readPackedRows(trx, metric, { scope, hasTimes: true }));
  const sorted = sortedValues(samples.values);
  return {
    ...summary(metric, scope, { samples, sorted }),
    p75: percentile(sorted, 0.75),
    p90: percentile(sorted, 0.9),
    mean: mean(sorted),
    open: samples.open,
    deployment_days_per_week: metric.statistic === 'rate' ? percentile(busyDaysOfWeeks(scope, samples), 0.5) : null,
    excluded: listExcluded(samples),
    series: series(metric, { scope, step, samples }),
    distribution: distribution(metric.unit, sorted),
  };
}

export type Summary = Pick<Aggregate, 'value' | 'n' | 'numerator' | 'denominator'>;

/** The value alone, with what it leaves out. */
export async function summarize(
  trx: Trx,
  metric: Metric,
  scope: MetricScope,
): Promise<Summary & Pick<Aggregate, 'open' | 'excluded'>> {
  const hasTimes = kindOf(metric.statistic) === 'weeks';
  const samples = samplesOf(metric, await readPackedRows(trx, metric, { scope, hasTimes }));
  const summed = summary(metric, scope, { samples, sorted: sortedValues(samples.values) });
  return { ...summed, open: samples.open, excluded: listExcluded(samples) };
}

/** The value of each repository that has rows which count. */
export async function aggregateByRepository(
  trx: Trx,
  metric: Metric,
  scope: MetricScope,
): Promise<ReadonlyMap<number, number | null>> {
  const packed = [...(await readPackedRowsByRepository(trx, metric, scope))];
  const found = packed.map(([repositoryId, rows]) => ({ repositoryId, samples: samplesOf(metric, rows) }));
  const counting = found.filter(({ samples }) => samples.rows > 0);
  return new Map(
    counting.map(({ repositoryId, samples }) => {
      const sorted = sortedValues(samples.values);
      return [repositoryId, summary(metric, scope, { samples, sorted }).value];
    }),
  );
}

interface SortedSamples {
  readonly samples: Samples;
  /** Their values: sorting hundreds of thousands takes as long as reading them, so it is done once. */
  readonly sorted: Float64Array;
}

function summary({ statistic }: Metric, scope: MetricScope, { samples, sorted }: SortedSamples): Summary {
  const { rows, counted } = samples;
  const of = {
    sorted,
    rows,
    counted: sum(counted),
    days: daysOf(scope),
    ...(statistic === 'days_per_week' && { busyDays: busyDaysOfWeeks(scope, samples) }),
  };
  return {
    value: valueOf(statistic, of),
    n: sampleSize(statistic, of),
    numerator: numeratorOf(statistic, of),
    denominator: denominatorOf(statistic, of),
  };
}

function listExcluded({ excluded }: Samples): Aggregate['excluded'] {
  const counts = [...excluded].map(([reason, count]) => ({ reason, count }));
  return counts.toSorted((a, b) => (a.reason < b.reason ? -1 : 1));
}
