import type { Trx } from '../../../db/tenant.ts';
import { InvalidPayloadError } from '../../errors.ts';
import { explainProfile } from '../profiles/explain-profile.ts';
import { profileMetric } from '../profiles/profile-metric.ts';
import type { ProfileName } from '../profiles/profiles.ts';
import { type ProfileResult, queryProfile } from '../profiles/query-profile.ts';
import { explainMetric } from './explain.ts';
import { explainTeamHealth } from './health/explain-team-health.ts';
import { healthDetails, listHealthRows } from './health/list-health-rows.ts';
import { type HealthMeasure, healthMeasureNames } from './health/measures.ts';
import { queryTeamHealth, type TeamHealthResult } from './health/query-team-health.ts';
import { type MetricName, metricNames, metrics } from './metrics.ts';
import {
  type ListedRow,
  listMetricRows,
  listRowsOf,
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
  /** As another tool computes it. */
  readonly profile?: ProfileName | undefined;
}

/** Beside Shiplog's own value, where it is asked for, that of a profile. */
export type AnyMetricResult = (MetricResult | TeamHealthResult) & { readonly profile: ProfileResult | null };

/** @throws InvalidPayloadError when a measure is asked for of another metric */
export async function queryAnyMetric(trx: Trx, metric: AnyMetric, query: MetricQuery): Promise<AnyMetricResult> {
  const { name, profile } = metric;
  const own = await queryOwn(trx, metric, query);
  return { ...own, profile: profile ? await queryProfile(trx, { profile, name }, query) : null };
}

function queryOwn(trx: Trx, metric: AnyMetric, query: MetricQuery): Promise<MetricResult | TeamHealthResult> {
  if (metric.name === 'team-health') return queryTeamHealth(trx, query, metric.measure);
  return queryMetric(trx, withoutMeasure(metric.name, metric), query);
}

/** @throws InvalidPayloadError when a measure is asked for of another metric */
export async function explainAnyMetric(trx: Trx, metric: AnyMetric, query: MetricQuery) {
  const { name, profile } = metric;
  const own = await explainOwn(trx, metric, query);
  return { ...own, profile: profile ? await explainProfile(trx, { profile, name }, query) : null };
}

function explainOwn(trx: Trx, metric: AnyMetric, query: MetricQuery) {
  if (metric.name === 'team-health') return explainTeamHealth(trx, query, metric.measure);
  return explainMetric(trx, withoutMeasure(metric.name, metric), query);
}

interface RowSource {
  /** The fields of `detail`, as columns of an export. */
  readonly details: readonly string[];
  readonly list: (trx: Trx, asked: { scope: MetricScope; page: RowsPage }) => Promise<ListedRow[]>;
}

/** @throws InvalidPayloadError when a measure is asked for of another metric, or a profile that has no such metric */
export function rowsOfMetric(metric: AnyMetric): RowSource {
  if (metric.profile !== undefined) {
    const found = profileMetric(metric.profile, metric.name);
    if (!found) throw new InvalidPayloadError(`The profile ${metric.profile} has no ${metric.name}: leave it out.`);
    return { details: found.details, list: (trx, asked) => listRowsOf(trx, found, asked) };
  }
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
