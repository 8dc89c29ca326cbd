import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { profileMetric } from '../../src/metrics/profiles/profile-metric.ts';
import { type ProfileName, profileNames } from '../../src/metrics/profiles/profiles.ts';
import { queryProfile } from '../../src/metrics/profiles/query-profile.ts';
import type { MetricRow, Statistic } from '../../src/metrics/query/metric.ts';
import { type MetricName, metricNames, metrics } from '../../src/metrics/query/metrics.ts';
import {
  listMetricRows,
  listRowsOf,
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

async function exportRows(
  name: MetricName,
  query: MetricQuery,
  profile?: ProfileName,
): Promise<Record<string, string>[]> {
  const { from, to, environment, repositoryId } = query;
  const filters = new URLSearchParams({ from: from.toISOString(), to: to.toISOString() });
  if (profile !== undefined) filters.set('profile', profile);
  if (environment !== undefined) filters.set('environment', environment);
  if (repositoryId !== undefined) filters.set('repository', String(repositoryId));
  const path = `/api/v1/orgs/acme/exports/${name}.csv?${filters.toString()}`;
  const response = await api.request(path, { headers: { authorization: `Bearer ${OPERATOR_TOKEN}` } });
  return readCsv(await response.text());
}

/** A row as it is exported. */
function lineOf(name: MetricName, { detail, open, ...row }: MetricRow): Record<string, unknown> {
  const { repository, id, at, value, counted, excluded } = row;
  const cells = {
    repository,
    id,
    at: at.toISOString(),
    value,
    counted,
    excluded,
    ...detail,
    ...(name === 'recovery-time' && { open }),
  };
  return Object.fromEntries(
    Object.entries(cells).map(([column, cell]) => [
      column,
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
    inSeries: series.map((point) => [point.n, rounded(point.value)]),
    excluded: sum(excluded.map(({ count }) => count)),
    inRange: true,
    explained: value !== null || quality.length > 0,
  };
}

/** What a clock on the wall shows; windows start and end at full seconds. */
function wallClock(time: Date, timeZone: string): number {
  return Date.parse(`${time.toLocaleString('sv-SE', { timeZone })}Z`);
}

/** What a statistic makes of the rows that count. */
function byHand(statistic: Statistic, { rows, days }: { rows: readonly MetricRow[]; days: number }) {
  const values = rows.map(({ value }) => value).filter((value) => value !== null);
  const sorted = values.toSorted((a, b) => a - b);
  const counted = rows.filter((row) => row.counted).length;
  const part = (of: number) => ({ value: rows.length === 0 ? null : of / rows.length, numerator: of, n: rows.length });
  const ofValues = (value: number | null) => ({ value, numerator: null, n: values.length });
  switch (statistic) {
    case 'rate':
      return { value: rows.length / days, numerator: rows.length, n: rows.length };
    case 'whole_per_day':
      return { value: Math.floor(rows.length / Math.ceil(days)), numerator: rows.length, n: rows.length };
    case 'days_per_week':
      // By weeks of a time zone: a test of its own has it.
      return { value: Number.NaN, numerator: null, n: rows.length };
    case 'ratio':
      return part(counted);
    case 'per_row':
      return part(sum(values));
    case 'median':
      return ofValues(percentile(values, 0.5));
    case 'lower_median':
      return ofValues(sorted[Math.ceil(sorted.length / 2) - 1] ?? null);
    case 'mean':
      return ofValues(values.length === 0 ? null : sum(values) / values.length);
  }
}

interface Points {
  readonly rows: readonly MetricRow[];
  readonly timeZone: string;
  readonly statistic: Statistic;
  readonly isMeasured: boolean;
}

/** Each point of the series, from the rows between its start and the next one. */
function pointsByHand({ series, window }: MetricResult, { rows, timeZone, statistic, isMeasured }: Points) {
  const starts = series.map(({ from }) => new Date(from));
  return starts.map((from, index) => {
    const to = starts[index + 1] ?? window.to;
    const days = (wallClock(to, timeZone) - wallClock(from, timeZone)) / (24 * HOUR_MS);
    const within = rows.filter(({ at }) => at >= from && at < to);
    const { value, n } = byHand(statistic, { rows: within, days });
    return [n, isMeasured ? rounded(value) : null];
  });
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
  const days = (wallClock(result.window.to, timeZone) - wallClock(result.window.from, timeZone)) / (24 * HOUR_MS);
  const ratio = counting.length === 0 ? null : counted / counting.length;
  const { value, numerator, n } = byHand(statistic, { rows: counting, days });
  const isMeasured = !result.quality.some(({ code }) => unmeasured.has(code));
  return {
    value: isMeasured ? rounded(value) : null,
    n,
    numerator,
    p90: rounded(percentile(values, 0.9)),
    open: counting.filter((row) => row.open).length,
    inSeries: pointsByHand(result, { rows: counting, timeZone, statistic, isMeasured }),
    excluded: rows.length - counting.length,
    inRange: (ratio ?? 0) <= 1 && rows.every(({ at }) => at >= result.window.from && at < result.window.to),
    explained: true,
  };
}

it.each(metricNames)('the value of %s is made of the rows that are listed, for any window and filter', async (name) => {
  const property = fc.asyncProperty(queries, async (query) => {
    const { result, rows } = await read(name, query);
    expect(told(result)).toEqual(computed(result, { rows, timeZone: query.timeZone }));
    expect(await exportRows(name, query)).toEqual(rows.map((row) => lineOf(name, row)));
  });
  await fc.assert(property, { numRuns: 12 });
});

describe.each(profileNames)('the profile %s', (profile) => {
  const names = metricNames.filter((name) => profileMetric(profile, name) !== undefined);

  it.each(names)('makes the value of %s of the rows that are listed, for any window and filter', async (name) => {
    const metric = profileMetric(profile, name);
    if (!metric) throw new Error('it was there a moment ago');
    const property = fc.asyncProperty(queries, async (query) => {
      const page = { limit: 10_000 };
      const [result, rows] = await withTenant(db, tenantId, async (trx) => [
        await queryProfile(trx, { profile, name }, query),
        await listRowsOf(trx, metric, { scope: query, page }),
      ]);
      const counting = rows.filter(({ excluded }) => excluded === null);
      const days = (wallClock(query.to, query.timeZone) - wallClock(query.from, query.timeZone)) / (24 * HOUR_MS);
      const expected = byHand(metric.statistic, { rows: counting, days });
      const isKnown =
        !result.quality.some(({ code }) => unmeasured.has(code)) && (counting.length > 0 || rows.length === 0);
      const value = metric.statistic === 'days_per_week' ? result.value : expected.value;
      expect({ ...result, value: rounded(result.value) }).toMatchObject({
        value: isKnown ? rounded(value) : null,
        n: expected.n,
        numerator: expected.numerator,
      });
      expect(sum(result.excluded.map(({ count }) => count))).toBe(rows.length - counting.length);
      expect(rows.filter(({ at }) => at < query.from || at >= query.to)).toEqual([]);
      expect(result.value !== null || result.quality.length > 0).toBe(true);
      expect(await exportRows(name, query, profile)).toEqual(rows.map((row) => lineOf(name, row)));
    });
    await fc.assert(property, { numRuns: 8 });
  });
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
