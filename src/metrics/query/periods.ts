import { momentOf, wallClock } from './local-time.ts';
import type { Window } from './window.ts';

export type SeriesStep = 'day' | 'week';

/** The part of a day or a week that lies in a window. */
export interface Period {
  /** In milliseconds since 1970. */
  readonly from: number;
  /** How many days of the clock on the wall it has: a day with a change to summer time is one, too. */
  readonly days: number;
}

export const DAY_MS = 86_400_000;
/** Some day of each: days and weeks are counted from it. */
const firstDays = { monday: Date.UTC(2001, 0, 1), saturday: Date.UTC(2001, 0, 6), sunday: Date.UTC(2001, 0, 7) };
export const weekStarts = ['monday', 'saturday', 'sunday'] as const;
type WeekStart = (typeof weekStarts)[number];

export interface Calendar {
  /** An IANA name. */
  readonly timeZone: string;
  /** Monday unless given. */
  readonly weekStart?: WeekStart | undefined;
}

/** The days or weeks that a window touches; those at its ends may be shorter. */
export function periodsOf({ from, to, timeZone, weekStart = 'monday' }: Window & Calendar, step: SeriesStep): Period[] {
  const origin = firstDays[weekStart];
  const length = step === 'day' ? DAY_MS : 7 * DAY_MS;
  const [first, end] = [wallClock(from, timeZone), wallClock(to, timeZone)];
  const periods: Period[] = [];
  let start = from.getTime();
  for (let wall = startOf(first, { length, origin }); wall < end; wall += length) {
    if (wall > first) start = nextStart(start, { wall, length, timeZone });
    const days = (Math.min(wall + length, end) - Math.max(wall, first)) / DAY_MS;
    periods.push({ from: start, days });
  }
  return periods;
}

function startOf(wall: number, { length, origin }: { length: number; origin: number }): number {
  return origin + Math.floor((wall - origin) / length) * length;
}

/** Mostly one length behind the start before; else the time zone's offset has changed. */
function nextStart(
  start: number,
  { wall, length, timeZone }: { wall: number; length: number; timeZone: string },
): number {
  const likely = start + length;
  return wallClock(new Date(likely), timeZone) === wall ? likely : momentOf(wall, timeZone).getTime();
}

/** The place of the period in which each time lies. @param at in seconds since 1970, all of them in the window */
export function placesOf(at: Float64Array, periods: readonly Period[]): Int32Array {
  const starts = Float64Array.from(periods, ({ from }) => from / 1_000);
  const places = new Int32Array(at.length);
  for (let index = 0; index < at.length; index++) places[index] = lastAtOrBefore(starts, at[index] ?? 0);
  return places;
}

function lastAtOrBefore(starts: Float64Array, time: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? Infinity) <= time) low = middle;
    else high = middle - 1;
  }
  return low;
}
