import { type CalendarDate, momentOf, startOfDate, wallClock } from './local-time.ts';

const DAY_MS = 86_400_000;
const DAYS = 90;

export interface Window {
  readonly from: Date;
  readonly to: Date;
}

/** A moment, or a day, which stands for its start in the time zone. */
export type WindowBound = Date | CalendarDate;

export interface WindowBounds {
  readonly from?: WindowBound | undefined;
  readonly to?: WindowBound | undefined;
}

/** What is given of a window; the end is now unless given, and it has 90 days. */
export function windowOf({ from, to = new Date() }: WindowBounds, timeZone: string): Window {
  const end = boundOf(to, timeZone);
  return {
    from: from === undefined ? earlier(end, { by: DAYS * DAY_MS, timeZone }) : boundOf(from, timeZone),
    to: end,
  };
}

/** What a window is compared with: the one of as many days before it. */
export function windowBefore({ from, to }: Window, timeZone: string): Window {
  const days = wallClock(to, timeZone) - wallClock(from, timeZone);
  // A window within the hour that comes twice has no length on the wall.
  if (days <= 0) return { from: new Date(2 * from.getTime() - to.getTime()), to: from };
  return { from: earlier(from, { by: days, timeZone }), to: from };
}

/** The moment that a bound of a window stands for. */
export function boundOf(bound: WindowBound, timeZone: string): Date {
  return typeof bound === 'string' ? startOfDate(bound, timeZone) : bound;
}

/** On the wall: a day with a change of summer time is one, too. */
function earlier(time: Date, { by, timeZone }: { by: number; timeZone: string }): Date {
  return momentOf(wallClock(time, timeZone) - by, timeZone);
}
