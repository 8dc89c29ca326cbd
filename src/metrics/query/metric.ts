import type { RawBuilder } from 'kysely';
import type { MetricScope } from './scope.ts';

/**
 * How rows come to a value: `rate`: how many a day; `ratio`: the part that is `counted`; `median`: of their `value`. The
 * others are of profiles alone: `per_row` is the sum of their `value` for each.
 */
export type Statistic =
  | 'rate'
  | 'whole_per_day'
  | 'days_per_week'
  | 'ratio'
  | 'per_row'
  | 'median'
  | 'lower_median'
  | 'mean';

/** One metric: the rows that it is made of. Value, series, comparison, rows and explanation all come from them. */
export interface Metric {
  readonly unit: 'per_day' | 'days_per_week' | 'seconds' | 'ratio' | 'lines';
  readonly statistic: Statistic;
  /** In a sentence, for explanations. */
  readonly meaning: string;
  /** Whether it needs deployments to be measured. */
  readonly needsDeployments: boolean;
  /** Whether incidents, among others, say what failed. */
  readonly needsIncidents?: boolean;
  /** Whether it measures the way of pull requests to production. */
  readonly shipsPulls?: boolean;
  /** Why there is nothing to measure where no row counts and none is left out; of windows and filters unless given. */
  readonly nothing?: string;
  /** The same where an environment is asked for. */
  readonly nothingThere?: string;
  /** Why rows may be left out: all that `excluded` may say. */
  readonly reasons: readonly string[];
  /** The fields of `detail`, as columns of an export. */
  readonly details: readonly string[];
  /**
   * Selects, from `scoped`, the rows of the window: `repository_id, id, at, value, counted, excluded, open, detail`.
   * `at` places a row in the window; `excluded` says why a row does not count, or is null.
   */
  rows(scope: MetricScope): RawBuilder<unknown>;
}

/** A row that a metric is made of. */
export interface MetricRow {
  readonly repository: string;
  readonly repository_id: number;
  /** Of the deployment, or the pull request's number. */
  readonly id: number;
  readonly at: Date;
  readonly value: number | null;
  /** Whether it is in the numerator. */
  readonly counted: boolean;
  readonly excluded: string | null;
  /** Whether it has no end yet, and so no value. */
  readonly open: boolean;
  readonly detail: Readonly<Record<string, unknown>>;
}
