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
import { repositoryFact, storeFacts } from '../support/api.ts';
import { createTestDatabase } from '../support/database.ts';
import { goldenFacts } from '../support/golden-facts.ts';
import { goldenOwner, goldenRepository, goldens } from '../support/golden.ts';
import { deploymentFact, pullFact, statusFact } from '../support/sample-facts.ts';

const { db } = await createTestDatabase();
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
    timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata'),
    step: fc.constantFrom('day' as const, 'week' as const),
    environment: fc.constantFrom(undefined, 'prod-eu', 'prod-us', 'nowhere'),
    repositoryId: fc.constantFrom(undefined, goldenRepository.id),
  })
  .map(({ start, hours, ...query }) => ({
    ...query,
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

/** `percentile_cont`, by hand. */
function percentile(values: readonly number[], part: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const place = part * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low === undefined || high === undefined ? null : low + (high - low) * (place - Math.floor(place));
}

function expectClose(actual: number | null, expected: number | null): void {
  if (expected === null || actual === null) expect(actual).toBe(expected);
  else expect(actual).toBeCloseTo(expected, 6);
}

function expectMadeOfRows({ result, rows }: { result: MetricResult; rows: MetricRow[] }): void {
  const counting = rows.filter(({ excluded }) => excluded === null);
  const values = counting.map(({ value }) => value).filter((value) => value !== null);
  const counted = counting.filter((row) => row.counted).length;
  const { statistic } = metrics[result.metric];
  expect(result.n).toBe(statistic === 'median' ? values.length : counting.length);
  expect(result.series.reduce((sum, { n }) => sum + n, 0)).toBe(result.n);
  expect(result.excluded.reduce((sum, { count }) => sum + count, 0)).toBe(rows.length - counting.length);
  expect(rows.every(({ at }) => at >= result.window.from && at < result.window.to)).toBe(true);
  if (statistic === 'median') {
    expectClose(result.value, percentile(values, 0.5));
    expectClose(result.p90, percentile(values, 0.9));
    expect(result.open).toBe(result.metric === 'recovery-time' ? counting.length - values.length : 0);
  } else if (result.value !== null) {
    expect(result.numerator).toBe(statistic === 'rate' ? counting.length : counted);
    expectClose(result.value, (result.numerator ?? NaN) / (result.denominator ?? NaN));
    if (statistic === 'ratio') expect(result.value >= 0 && result.value <= 1).toBe(true);
  }
  if (result.value === null) expect(result.quality).not.toEqual([]);
}

it.each(metricNames)('the value of %s is made of the rows that are listed, for any window and filter', async (name) => {
  const property = fc.asyncProperty(queries, async (query) => expectMadeOfRows(await read(name, query)));
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
