import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { type Band, bandsOf } from '../bands.ts';
import { getDefinition, versionName } from '../definition.ts';
import { type Aggregate, aggregate, type Summary, summarize } from './aggregate.ts';
import type { Metric, MetricRow } from './metric.ts';
import { listUnread } from './history-quality.ts';
import { type MetricName, metrics } from './metrics.ts';
import { describeQuality, findSources, isMeasured, nothingBefore, type Quality } from './quality.ts';
import type { SeriesStep } from './periods.ts';
import { type MetricScope, scopedRepositories } from './scope.ts';
import type { SeriesPoint } from './series.ts';
import { findTeamQuality } from './team-history.ts';
import type { Window } from './window.ts';

export interface MetricQuery extends MetricScope {
  readonly step: SeriesStep;
  /** Another window to compare with. */
  readonly compare?: Window | undefined;
}

/** A number with all that explains it. */
export interface MetricResult {
  readonly metric: MetricName;
  /** Null: not known, and `quality` says why. */
  readonly value: number | null;
  readonly unit: Metric['unit'];
  readonly n: number;
  readonly numerator: number | null;
  readonly denominator: number | null;
  readonly excluded: Aggregate['excluded'];
  readonly window: Window;
  readonly comparison: (Window & Summary) | null;
  readonly series: readonly SeriesPoint[];
  readonly definition_version: string;
  readonly quality: readonly Quality[];
  readonly bands: readonly Band[];
  readonly p75: number | null;
  readonly p90: number | null;
  readonly mean: number | null;
  readonly open: number;
  readonly deployment_days_per_week: number | null;
  readonly distribution: Aggregate['distribution'];
}

/** The value of a metric in a window, from the rows that `listMetricRows` lists. */
export async function queryMetric(trx: Trx, name: MetricName, query: MetricQuery): Promise<MetricResult> {
  const metric: Metric = metrics[name];
  const sources = await findSources(trx, query);
  const found = await aggregate(trx, metric, { scope: query, step: query.step });
  const { version } = await getDefinition(trx, { tenantId: query.tenantId, repositoryId: query.repositoryId ?? 0 });
  const measured = isMeasured(metric, sources);
  const compared = query.compare && { ...query, ...query.compare };
  const comparison = compared ? await compare(trx, metric, compared) : null;
  const isKnown = measured && found.value !== null;
  return {
    metric: name,
    unit: metric.unit,
    ...found,
    ...(!measured && { value: null, series: found.series.map((point) => ({ ...point, value: null })) }),
    window: { from: query.from, to: query.to },
    comparison,
    definition_version: versionName(version),
    bands: bandsOf(name, measured ? found.value : null),
    quality: [
      ...(await describeQuality(trx, metric, { scope: query, sources, found })),
      ...(isKnown && compared && comparison?.value === null ? [await whyUnknown(trx, metric, compared)] : []),
      ...(await listUnread(trx, query)),
      ...(await findTeamQuality(trx, query)),
    ],
  };
}

async function compare(trx: Trx, metric: Metric, query: MetricQuery): Promise<MetricResult['comparison']> {
  return { from: query.from, to: query.to, ...(await summarizeMeasured(trx, metric, query)) };
}

async function whyUnknown(trx: Trx, metric: Metric, compared: MetricScope): Promise<Quality> {
  return nothingBefore(isMeasured(metric, await findSources(trx, compared)) ? 'nothing' : 'no_deployment');
}

async function summarizeMeasured(trx: Trx, metric: Metric, scope: MetricScope): Promise<Summary> {
  const { value, n, numerator, denominator } = await summarize(trx, metric, scope);
  const measured = isMeasured(metric, await findSources(trx, scope));
  return { value: measured ? value : null, n, numerator, denominator };
}

/** What `queryMetric` says of the value, without all that explains it. */
export function queryValue(trx: Trx, name: MetricName, scope: MetricScope): Promise<Summary> {
  return summarizeMeasured(trx, metrics[name], scope);
}

type RowPosition = readonly [at: string, repositoryId: number, id: number, key: string];

export interface RowsPage {
  readonly limit: number;
  readonly after?: RowPosition | undefined;
}

export interface ListedRow extends MetricRow {
  readonly position: RowPosition;
}

/** A page of the rows that a metric is made of, the latest first, with those that are left out and why. */
export function listMetricRows(trx: Trx, name: MetricName, asked: AskedRows): Promise<ListedRow[]> {
  return listRowsOf(trx, metrics[name], asked);
}

interface AskedRows {
  readonly scope: MetricScope;
  readonly page: RowsPage;
}

export async function listRowsOf(trx: Trx, metric: Metric, { scope, page }: AskedRows): Promise<ListedRow[]> {
  const { limit, after } = page;
  const key = sql`coalesce(m.detail ->> 'number', '') || ' ' || coalesce(m.detail ->> 'sha', '')`;
  const { rows } = await sql<ListedRow>`
    with scoped as materialized (${scopedRepositories(scope)}),
    metric_rows as (${metric.rows(scope)})
    select s.full_name as repository, m.repository_id, m.id, m.at, m.value, m.counted, m.excluded, m.open, m.detail,
      json_build_array(to_json(m.at at time zone 'UTC'), m.repository_id, m.id, ${key}) as position
    from metric_rows m join scoped s using (repository_id)
    where ${
      after
        ? sql`(m.at, m.repository_id, m.id, ${key}) < (${after[0]}::timestamp at time zone 'UTC', ${after[1]}::bigint, ${after[2]}::bigint, ${after[3]}::text)`
        : sql`true`
    }
    order by m.at desc, m.repository_id desc, m.id desc, ${key} desc limit ${limit}`.execute(trx);
  return rows;
}
