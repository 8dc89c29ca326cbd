import type { Statistic } from './metric.ts';
import { lowerMedian, mean, percentile, sum } from './percentiles.ts';

/** The rows of a window, or of one of its days or weeks. */
export interface StatisticOf {
  /** The values that are there, in ascending order. */
  readonly sorted: Float64Array;
  readonly rows: number;
  /** How many of the rows are in the numerator. */
  readonly counted: number;
  readonly days: number;
  /** In ascending order, of the weeks of a window: how many days have a row. */
  readonly busyDays?: Float64Array;
}

/** What a value is made of: rows and days, a part of the rows, or the values of the rows. */
const kinds = {
  rate: 'rows',
  whole_per_day: 'rows',
  days_per_week: 'weeks',
  ratio: 'part',
  per_row: 'part',
  median: 'values',
  lower_median: 'values',
  mean: 'values',
} as const satisfies Readonly<Record<Statistic, string>>;

export function kindOf(statistic: Statistic): (typeof kinds)[Statistic] {
  return kinds[statistic];
}

/** @returns null where there is nothing that it could be made of */
export function valueOf(statistic: Statistic, of: StatisticOf): number | null {
  const { sorted, rows, days } = of;
  switch (statistic) {
    case 'rate':
      return rows / days;
    case 'whole_per_day':
      return Math.floor(rows / Math.ceil(days));
    case 'days_per_week':
      return lowerMedian(of.busyDays ?? new Float64Array());
    case 'ratio':
    case 'per_row':
      return rows === 0 ? null : (numeratorOf(statistic, of) ?? 0) / rows;
    case 'median':
      return percentile(sorted, 0.5);
    case 'lower_median':
      return lowerMedian(sorted);
    case 'mean':
      return mean(sorted);
  }
}

export function sampleSize(statistic: Statistic, { sorted, rows }: StatisticOf): number {
  return kinds[statistic] === 'values' ? sorted.length : rows;
}

export function numeratorOf(statistic: Statistic, { sorted, rows, counted }: StatisticOf): number | null {
  switch (kinds[statistic]) {
    case 'rows':
      return rows;
    case 'part':
      return statistic === 'per_row' ? sum(sorted) : counted;
    case 'weeks':
    case 'values':
      return null;
  }
}

export function denominatorOf(statistic: Statistic, { rows, days }: StatisticOf): number | null {
  switch (kinds[statistic]) {
    case 'rows':
      return days;
    case 'part':
      return rows;
    case 'weeks':
    case 'values':
      return null;
  }
}
