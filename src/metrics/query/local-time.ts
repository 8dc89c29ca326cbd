const DAY_MS = 86_400_000;

/** A day of the calendar, such as `2026-03-01`: at which moment it starts depends on the time zone. */
export type CalendarDate = string;

/** What a clock on the wall shows at a moment, in milliseconds as if it were UTC. */
export function wallClock(time: Date, timeZone: string): number {
  const parts = formatOf(timeZone).formatToParts(time);
  const read = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const shown = new Date(0);
  shown.setUTCFullYear(read('year'), read('month') - 1, read('day'));
  return shown.setUTCHours(read('hour'), read('minute'), read('second'), time.getUTCMilliseconds());
}

/** The first moment at which that clock shows this; where summer time leaves it out, the one at which that starts. */
export function momentOf(wall: number, timeZone: string): Date {
  const before = wall - offsetAt(wall - DAY_MS, timeZone);
  const after = wall - offsetAt(wall + DAY_MS, timeZone);
  const shown = [before, after].filter((time) => wallClock(new Date(time), timeZone) === wall);
  return new Date(shown.length > 0 ? Math.min(...shown) : before);
}

export function startOfDate(date: CalendarDate, timeZone: string): Date {
  // Time zones are younger than the calendar.
  return momentOf(Date.parse(`${date}T00:00:00Z`), date < '1800' ? 'UTC' : timeZone);
}

function offsetAt(utc: number, timeZone: string): number {
  return wallClock(new Date(utc), timeZone) - utc;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const numeric = 'numeric';
const fields = {
  year: numeric,
  month: numeric,
  day: numeric,
  hour: numeric,
  minute: numeric,
  second: numeric,
} as const;

/** Kept: one takes longer to make than to use. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-u-ca-iso8601', { timeZone, hourCycle: 'h23', ...fields });
    formats.set(timeZone, format);
  }
  return format;
}
