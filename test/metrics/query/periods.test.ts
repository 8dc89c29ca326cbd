import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { percentile } from '../../../src/metrics/query/percentiles.ts';
import { periodsOf, placesOf } from '../../../src/metrics/query/periods.ts';
import { createTestDatabase } from '../../support/database.ts';

const { db } = await createTestDatabase();
const HOUR_MS = 3_600_000;

// Havana's days begin in the hour that comes twice; Lord Howe's summer time is half an hour; Apia left out a day.
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'America/Havana', 'Australia/Lord_Howe', 'Asia/Kolkata'];
const windows = fc.record({
  from: fc.integer({ min: 0, max: 24 * 700 }).map((hours) => new Date(Date.UTC(2024, 0, 1) + hours * HOUR_MS)),
  hours: fc.integer({ min: 1, max: 24 * 60 }),
  timeZone: fc.constantFrom(...zones),
  step: fc.constantFrom('day' as const, 'week' as const),
});

it('days and weeks are those of PostgreSQL, in every time zone', async () => {
  const property = fc.asyncProperty(windows, async ({ from, hours, timeZone, step }) => {
    const to = new Date(from.getTime() + hours * HOUR_MS);
    const periods = periodsOf({ from, to, timeZone }, step);
    const times = Array.from({ length: 2 * hours }, (_, half) => new Date(from.getTime() + (half * HOUR_MS) / 2));
    const { rows } = await sql<{ day: string }>`
      select date_trunc(${step}, at at time zone ${timeZone})::text as day
      from unnest(${times}::timestamptz[]) as at order by at`.execute(db);
    const days = [...new Set(rows.map(({ day }) => day))];
    const places = placesOf(
      Float64Array.from(times, (time) => time.getTime() / 1_000),
      periods,
    );
    expect(periods.length).toBe(days.length);
    expect([...places]).toEqual(rows.map(({ day }) => days.indexOf(day)));
  });
  await fc.assert(property, { numRuns: 60 });
});

it('percentiles are those of PostgreSQL', async () => {
  const property = fc.asyncProperty(
    fc.array(fc.integer({ min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 30 }),
    fc.constantFrom(0, 0.25, 0.5, 0.75, 0.9, 1),
    async (values, part) => {
      const { rows } = await sql<{ value: number }>`
        select percentile_cont(${part}::double precision) within group (order by value) as value
        from unnest(${values}::double precision[]) as value`.execute(db);
      expect(percentile(Float64Array.from(values).toSorted(), part)).toBe(rows[0]?.value);
    },
  );
  await fc.assert(property, { numRuns: 60 });
});

it.each([
  ['monday', '2026-03-02T00:00:00.000Z'],
  ['saturday', '2026-02-28T00:00:00.000Z'],
  ['sunday', '2026-03-01T00:00:00.000Z'],
] as const)('weeks start on %s', (weekStart, second) => {
  const window = {
    from: new Date('2026-02-25T00:00:00Z'),
    to: new Date('2026-03-12T00:00:00Z'),
    timeZone: 'UTC',
    weekStart,
  };
  const [first, next, third] = periodsOf(window, 'week').map(({ from }) => new Date(from).toISOString());
  expect([first, next]).toEqual(['2026-02-25T00:00:00.000Z', second]);
  expect(new Date(third ?? '').getTime() - new Date(next ?? '').getTime()).toBe(7 * 24 * HOUR_MS);
});
