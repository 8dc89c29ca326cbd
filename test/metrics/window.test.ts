import { sql } from 'kysely';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { startOfDate, wallClock } from '../../src/metrics/query/local-time.ts';
import { windowBefore, windowOf } from '../../src/metrics/query/window.ts';
import { createTestDatabase } from '../support/database.ts';

const { db } = await createTestDatabase();
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Auckland'];

describe('a date', () => {
  it('starts where PostgreSQL says that it does', async () => {
    const day = fc.integer({ min: 0, max: 366 * 40 }).map((days) => new Date(days * DAY_MS).toISOString().slice(0, 10));
    const property = fc.asyncProperty(fc.array(day, { minLength: 50, maxLength: 50 }), async (dates) => {
      for (const zone of zones) {
        const { rows } = await sql<{ start: Date }>`
          select d::timestamp at time zone ${zone} as start from unnest(${dates}::text[]) with ordinality as x (d, n)
          order by n`.execute(db);
        expect(dates.map((date) => startOfDate(date, zone))).toEqual(rows.map(({ start }) => start));
      }
    });
    await fc.assert(property, { numRuns: 10 });
  });

  it.each([
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
    ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
    ['2026-11-02', 'America/New_York', '2026-11-02T05:00:00.000Z'],
    // The clock goes from 0 to 1 at midnight; comes to midnight twice; leaves a day out.
    ['2021-03-28', 'Asia/Beirut', '2021-03-27T22:00:00.000Z'],
    ['2025-11-02', 'America/Havana', '2025-11-02T04:00:00.000Z'],
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
    ['0001-01-01', 'Europe/Berlin', '0001-01-01T00:00:00.000Z'],
  ])('%s starts in %s at %s', (date, zone, start) => {
    expect(startOfDate(date, zone).toISOString()).toBe(start);
  });
});

describe('a window', () => {
  const moment = fc.integer({ min: 0, max: 366 * 40 * 24 }).map((hours) => new Date((hours + 0.5) * HOUR_MS));

  it('has 90 days on the wall, whatever summer time does between', () => {
    const property = fc.property(moment, fc.constantFrom(...zones), (to, zone) => {
      const { from } = windowOf({ to }, zone);
      const length = wallClock(to, zone) - wallClock(from, zone);
      // Where the clock leaves that time out, the window starts when it goes on.
      expect(Math.abs(length - 90 * DAY_MS)).toBeLessThanOrEqual(HOUR_MS);
      expect(Math.abs(to.getTime() - from.getTime() - 90 * DAY_MS)).toBeLessThanOrEqual(HOUR_MS);
    });
    fc.assert(property);
    expect(windowOf({ to: '2026-05-01' }, 'Europe/Berlin')).toEqual({
      from: new Date('2026-01-30T23:00:00Z'),
      to: new Date('2026-04-30T22:00:00Z'),
    });
  });

  it('is compared with as many days before it', () => {
    const april = windowOf({ from: '2026-04-01', to: '2026-05-01' }, 'Europe/Berlin');
    expect(windowBefore(april, 'Europe/Berlin')).toEqual({
      from: new Date('2026-03-01T23:00:00Z'),
      to: new Date('2026-03-31T22:00:00Z'),
    });
  });

  it('within the hour that comes twice is compared with the hour before', () => {
    const hour = { from: new Date('2026-10-25T00:30:00Z'), to: new Date('2026-10-25T01:30:00Z') };
    expect(windowBefore(hour, 'Europe/Berlin')).toEqual({ from: new Date('2026-10-24T23:30:00Z'), to: hour.from });
  });
});
