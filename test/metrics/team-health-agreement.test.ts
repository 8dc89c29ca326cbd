import fc from 'fast-check';
import { expect, it } from 'vitest';
import { healthMeasureNames } from '../../src/metrics/query/health/measures.ts';
import { createTestApi, OPERATOR_TOKEN } from '../support/api.ts';
import { readCsv } from '../support/csv.ts';
import { storeTeamWork } from '../support/team-work.ts';

const { api, db, get } = await createTestApi();
const path = '/api/v1/orgs/acme/metrics/team-health';

await storeTeamWork(db);

const listed = healthMeasureNames.filter((measure) => measure !== 'outside_hours');
const windows = fc
  .record({
    start: fc.integer({ min: 0, max: 24 * 32 }),
    hours: fc.integer({ min: 1, max: 24 * 30 }),
    zone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata'),
    step: fc.constantFrom('day', 'week'),
    team: fc.constantFrom('', '&team=core'),
  })
  .map(({ start, hours, zone, step, team }) => {
    const from = Date.UTC(2026, 2, 1, start);
    return { from, to: from + hours * 3_600_000, rest: `&time_zone=${zone}&step=${step}${team}` };
  });

const windowText = ({ from, to }: { from: number; to: number }) =>
  `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`;

interface Measured {
  readonly measure: string;
  readonly value: number | null;
  readonly n: number;
  readonly series: readonly { readonly from: string; readonly value: number | null; readonly n: number }[];
}

async function readMeasures(query: string): Promise<readonly Measured[]> {
  return (await get(`${path}?${query}`)).body['measures'] as Measured[];
}

it('any window has the numbers of its rows, which are those of the export', async () => {
  const property = fc.asyncProperty(windows, fc.constantFrom(...listed), async ({ from, to, rest }, measure) => {
    const query = `${windowText({ from, to })}${rest.replace(/&step=\w+/, '')}&measure=${measure}`;
    const { value, n, excluded } = (await get(`${path}?${query}`)).body as unknown as Measured & {
      excluded: { count: number }[];
    };
    const { data } = (await get(`${path}/rows?${query}&limit=100`)).body;
    const counting = data.filter((row) => row['excluded'] === null);
    expect(excluded.reduce((sum, { count }) => sum + count, 0)).toBe(data.length - counting.length);
    expect(n).toBe(counting.length);
    const sorted = counting.map((row) => Number(row['value'])).toSorted((a, b) => a - b);
    const [low = 0, high = 0] = [sorted[Math.floor((n - 1) / 2)], sorted[Math.ceil((n - 1) / 2)]];
    const median = n === 0 ? null : (low + high) / 2;
    const mean = n === 0 ? null : sorted.reduce((sum, one) => sum + one, 0) / n;
    const isMean = measure.endsWith('pull_request');
    // How a load is spread is not in rows that name nobody.
    const known = measure.endsWith('_age') ? median : isMean ? mean : measure === 'review_load_spread' ? value : n;
    expect(value).toEqual(known);
    const csv = await api.request(`/api/v1/orgs/acme/exports/team-health.csv?${query}`, {
      headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
    });
    const lines = readCsv(await csv.text());
    expect(lines.map(({ id, value: cell, excluded: reason }) => [id, cell, reason])).toEqual(
      data.map((row) => [
        String(row['id']),
        row['value'] === null ? '' : JSON.stringify(row['value']),
        row['excluded'] ?? '',
      ]),
    );
  });
  await fc.assert(property, { numRuns: 40 });
});

it('each day or week of a series is what that window has by itself, and so is a comparison', async () => {
  const property = fc.asyncProperty(windows, fc.nat(), async ({ from, to, rest }, pick) => {
    const whole = await readMeasures(`${windowText({ from, to })}${rest}`);
    const starts = whole[0]?.series.map((point) => Date.parse(point.from)) ?? [];
    expect(starts[0]).toBe(from);
    const index = pick % starts.length;
    const part = { from: starts[index] ?? from, to: starts[index + 1] ?? to };
    const alone = await readMeasures(`${windowText(part)}${rest}`);
    expect(whole.map(({ measure, series }) => [measure, series[index]?.value, series[index]?.n])).toEqual(
      alone.map(({ measure, value, n }) => [measure, value, n]),
    );
    const compare = `${new Date(part.from).toISOString()}..${new Date(part.to).toISOString()}`;
    const compared = (await get(`${path}?${windowText({ from, to })}${rest}&compare=${compare}`)).body['measures'];
    expect(compared).toMatchObject(alone.map(({ value, n }) => ({ comparison: { value, n } })));
  });
  await fc.assert(property, { numRuns: 25 });
});
