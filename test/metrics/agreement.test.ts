import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import type { MetricRow } from '../../src/metrics/query/metric.ts';
import { type MetricName, metricNames, metrics } from '../../src/metrics/query/metrics.ts';
import {
  listMetricRows,
  type MetricQuery,
  type MetricResult,
  queryMetric,
} from '../../src/metrics/query/query-metric.ts';
import { createTestApi, OPERATOR_TOKEN, repositoryFact, storeFacts } from '../support/api.ts';
import { readCsv } from '../support/csv.ts';
import { goldenFacts } from '../support/golden-facts.ts';
import { goldenOwner, goldenRepository, goldens } from '../support/golden.ts';
import { deploymentFact, pullFact, statusFact } from '../support/sample-facts.ts';

const { api, db } = await createTestApi();
const tenantId = goldenOwner.id;
const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 0, 1);

beforeAll(async () => {
  const quarter = goldens.find(({ name }) => name === 'a-quarter');
  if (!quarter) throw new Error('there is no such example');
  await storeFacts(db, tenantId, 'acme', ...goldenFacts(quarter));
  await recomputeTouched(db, tenantId);
});

const queries: fc.Arbitrary<MetricQuery> = fc
  .record({
    start: fc.integer({ min: 0, max: 24 * 70 }),
    hours: fc.integer({ min: 1, max: 24 * 70 }),
    timeZone: fc.constantFrom('UTC', 'Asia/Kolkata', 'Europe/Berlin', 'America/New_York'),
    step: fc.constantFrom('day' as const, 'week' as const),
    environment: fc.constantFrom(undefined, 'prod-eu', 'prod-us', 'nowhere'),
    repositoryId: fc.constantFrom(undefined, goldenRepository.id),
  })
  .map(({ start, hours, timeZone, step, environment, repositoryId }) => ({
    timeZone,
    step,
    environment,
    repositoryId,
    tenantId,
    from: new Date(START + start * HOUR_MS),
    to: new Date(START + (start + hours) * HOUR_MS),
  }));

function read(name: MetricName, query: MetricQuery): Promise<{ result: MetricResult; rows: MetricRow[] }> {
  return withTenant(db, tenantId, async (trx) => ({
    result: await queryMetric(trx, name, query),
    rows: await listMetricRows(trx, name, { scope: query, page: { limit: 10_000 } }),
  }));
}

async function exportRows(name: MetricName, query: MetricQuery): Promise<Record<string, string>[]> {
  const { from, to, environment, repositoryId } = query;
  const filters = new URLSearchParams({ from: from.toISOString(), to: to.toISOString() });
  if (environment !== undefined) filters.set('environment', environment);
  if (repositoryId !== undefined) filters.set('repository', String(repositoryId));
  const path = `/api/v1/orgs/acme/exports/${name}.csv?${filters.toString()}`;
  const response = await api.request(path, { headers: { authorization: `Bearer ${OPERATOR_TOKEN}` } });
  return readCsv(await response.text());
}

/** A row as it is exported. */
function lineOf({ detail, ...row }: MetricRow): Record<string, unknown> {
  const { repository, id, at, value, counted, excluded } = row;
  const cells = { repository, id, at: at.toISOString(), value, counted, excluded, ...detail };
  return Object.fromEntries(
    Object.entries(cells).map(([name, cell]) => [
      name,
      typeof cell === 'object' && cell !== null ? JSON.stringify(cell) : String(cell ?? ''),
    ]),
  );
}

/** `percentile_cont`, by hand. */
function percentile(values: readonly number[], part: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const place = part * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low === undefined || high === undefined ? null : low + (high - low) * (place - Math.floor(place));
}

const rounded = (value: number | null) => (value === null ? null : Math.round(value * 1e6) / 1e6);
const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
const unmeasured = new Set(['no_recent_deployment', 'no_deployment_source', 'no_production_environment']);

/** What the answer says. */
function told({ value, n, numerator, p90, open, series, excluded, quality }: MetricResult) {
  return {
    value: rounded(value),
    n,
    numerator,
    p90: rounded(p90),
    open,
    inSeries: sum(series.map((point) => point.n)),
    excluded: sum(excluded.map(({ count }) => count)),
    inRange: true,
    explained: value !== null || quality.length > 0,
  };
}

/** What a clock on the wall shows; windows start and end at full seconds. */
function wallClock(time: Date, timeZone: string): number {
  return Date.parse(`${time.toLocaleString('sv-SE', { timeZone })}Z`);
}

/** The same by hand, from the rows. */
function computed(
  result: MetricResult,
  { rows, timeZone }: { rows: readonly MetricRow[]; timeZone: string },
): ReturnType<typeof told> {
  const { statistic } = metrics[result.metric];
  const counting = rows.filter(({ excluded }) => excluded === null);
  const values = counting.map(({ value }) => value).filter((value) => value !== null);
  const counted = counting.filter((row) => row.counted).length;
  const numerator = { rate: counting.length, ratio: counted, median: null }[statistic];
  const days = (wallClock(result.window.to, timeZone) - wallClock(result.window.from, timeZone)) / (24 * HOUR_MS);
  const ratio = counting.length === 0 ? null : counted / counting.length;
  const value = { rate: counting.length / days, ratio, median: percentile(values, 0.5) }[statistic];
  const n = statistic === 'median' ? values.length : counting.length;
  const isMeasured = !result.quality.some(({ code }) => unmeasured.has(code));
  return {
    value: isMeasured ? rounded(value) : null,
    n,
    numerator,
    p90: rounded(percentile(values, 0.9)),
    open: result.metric === 'recovery-time' ? counting.length - values.length : 0,
    inSeries: n,
    excluded: rows.length - counting.length,
    inRange: (ratio ?? 0) <= 1 && rows.every(({ at }) => at >= result.window.from && at < result.window.to),
    explained: true,
  };
}

it.each(metricNames)('the value of %s is made of the rows that are listed, for any window and filter', async (name) => {
  const property = fc.asyncProperty(queries, async (query) => {
    const { result, rows } = await read(name, query);
    expect(told(result)).toEqual(computed(result, { rows, timeZone: query.timeZone }));
    expect(await exportRows(name, query)).toEqual(rows.map(lineOf));
  });
  await fc.assert(property, { numRuns: 12 });
});

it('is not changed by another repository, nor are a window and the one after it by where they meet', async () => {
  const whole = {
    tenantId,
    from: new Date(START),
    to: new Date(START + 70 * 24 * HOUR_MS),
    timeZone: 'UTC',
    step: 'week' as const,
  };
  const shop = { ...whole, repositoryId: goldenRepository.id };
  const before = await Promise.all(metricNames.map((name) => read(name, shop)));
  const at = '2026-02-01T00:00:00.000Z';
  await storeFacts(db, tenantId, 'acme', repositoryFact(12, 'acme/other'), {
    deployments: [deploymentFact(12, 1001, { sha: 'x', created_at: at })],
    deployment_statuses: [statusFact(12, 1001, { id: 1, state: 'failure', created_at: at })],
    pull_requests: [pullFact(12, 1, { state: 'merged', merged_at: at, created_at: at, merge_commit_sha: 'x' })],
  });
  await recomputeTouched(db, tenantId);
  expect(await Promise.all(metricNames.map((name) => read(name, shop)))).toEqual(before);
  const middle = new Date('2026-02-01T00:00:00.000Z');
  for (const name of metricNames) {
    const [first, second] = [await read(name, { ...whole, to: middle }), await read(name, { ...whole, from: middle })];
    expect(first.rows.length + second.rows.length).toBe((await read(name, whole)).rows.length);
  }
});
