import type { Statistic } from './metric.ts';
import { percentile } from './percentiles.ts';

/** The rows of a window, or of one of its days or weeks. */
export interface StatisticOf {
  /** The values that are there, in ascending order. */
  readonly sorted: Float64Array;
  readonly rows: number;
  /** How many of the rows are in the numerator. */
  readonly counted: number;
  readonly days: number;
}

/** @returns null where there is nothing that it could be made of */
export function valueOf(statistic: Statistic, { sorted, rows, counted, days }: StatisticOf): number | null {
  switch (statistic) {
    case 'rate':
      return rows / days;
    case 'ratio':
      return rows === 0 ? null : counted / rows;
    case 'median':
      return percentile(sorted, 0.5);
  }
}

export function sampleSize(statistic: Statistic, { sorted, rows }: StatisticOf): number {
  return statistic === 'median' ? sorted.length : rows;
}

export function numeratorOf(statistic: Statistic, { rows, counted }: StatisticOf): number | null {
  if (statistic === 'median') return null;
  return statistic === 'rate' ? rows : counted;
}

export function denominatorOf(statistic: Statistic, { rows, days }: StatisticOf): number | null {
  if (statistic === 'median') return null;
  return statistic === 'rate' ? days : rows;
}
