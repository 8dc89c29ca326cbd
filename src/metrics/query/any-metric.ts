import type { Trx } from '../../../db/tenant.ts';
import { InvalidPayloadError } from '../../errors.ts';
import { explainMetric } from './explain.ts';
import { explainTeamHealth } from './health/explain-team-health.ts';
import { healthDetails, listHealthRows } from './health/list-health-rows.ts';
import { type HealthMeasure, healthMeasureNames } from './health/measures.ts';
import { queryTeamHealth, type TeamHealthResult } from './health/query-team-health.ts';
import { type MetricName, metricNames, metrics } from './metrics.ts';
import {
  type ListedRow,
  listMetricRows,
  type MetricQuery,
  type MetricResult,
  queryMetric,
  type RowsPage,
} from './query-metric.ts';
import type { MetricScope } from './scope.ts';

/** Those with one value, and team health, which has several. */
export const anyMetricNames = [...metricNames, 'team-health'] as const;

export interface AnyMetric {
  readonly name: MetricName | 'team-health';
  /** Of team health; the first of them unless given. */
  readonly measure?: HealthMeasure | undefined;
}

export type AnyMetricResult = MetricResult | TeamHealthResult;

/** @throws InvalidPayloadError when a measure is asked for of another metric */
export function queryAnyMetric(trx: Trx, metric: AnyMetric, query: MetricQuery): Promise<AnyMetricResult> {
  if (metric.name === 'team-health') return queryTeamHealth(trx, query, metric.measure);
  return queryMetric(trx, withoutMeasure(metric.name, metric), query);
}

/** @throws InvalidPayloadError when a measure is asked for of another metric */
export function explainAnyMetric(trx: Trx, metric: AnyMetric, query: MetricQuery) {
  if (metric.name === 'team-health') return explainTeamHealth(trx, query, metric.measure);
  return explainMetric(trx, withoutMeasure(metric.name, metric), query);
}

interface RowSource {
  /** The fields of `detail`, as columns of an export. */
  readonly details: readonly string[];
  readonly list: (trx: Trx, asked: { scope: MetricScope; page: RowsPage }) => Promise<ListedRow[]>;
}

/** @throws InvalidPayloadError when a measure is asked for of another metric */
export function rowsOfMetric(metric: AnyMetric): RowSource {
  if (metric.name === 'team-health') {
    const { measure = healthMeasureNames[0] } = metric;
    return { details: healthDetails, list: (trx, asked) => listHealthRows(trx, measure, asked) };
  }
  const name = withoutMeasure(metric.name, metric);
  return { details: metrics[name].details, list: (trx, asked) => listMetricRows(trx, name, asked) };
}

function withoutMeasure(name: MetricName, { measure }: AnyMetric): MetricName {
  if (measure !== undefined) throw new InvalidPayloadError('`measure` is of team-health alone: leave it out.');
  return name;
}
