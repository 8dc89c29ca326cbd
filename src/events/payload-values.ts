import { z } from 'zod';

// Everything is bounded by what its column takes: a payload that could not be stored is refused here, by itself,
// and not by the database in the middle of a batch.

const LONGEST_INDEXED = 700;
const LONGEST_EMAIL = 320;

/** PostgreSQL stores neither NUL nor half a surrogate pair. */
function storable(value: string): string {
  return (value.includes('\0') ? value.replaceAll('\0', '') : value).toWellFormed();
}

/** A GitHub id. */
export const id = z.int().positive();
/** An issue's or pull request's number. */
export const number = z.int().positive().max(2_147_483_647);
export const count = z.int().min(0).max(2_147_483_647);
export const sha = z.string().regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/, 'is not a commit id');

/** Text that is only shown: what is beyond `longest` characters is cut off. */
export function text(longest = 1_000) {
  return z.string().transform((value) => storable(value.length > longest ? value.slice(0, longest) : value));
}

/** Text by which things are found: it is whole, and short enough for an index. */
export const name = z.string().max(LONGEST_INDEXED).transform(storable);

/** The email of a git commit: what its author typed. Null when it can be no address. */
export const email = z.string().transform((value): string | null => {
  const address = storable(value).trim().toLowerCase();
  return address === '' || address.length > LONGEST_EMAIL ? null : address;
});

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/;
const EARLIEST = Date.parse('0001-01-01T00:00:00Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

/** ISO 8601 with any offset, or seconds since 1970: a push gives some of its times as those. Comes out in UTC. */
export const timestamp = z.unknown().transform((value, context): string => {
  const time =
    typeof value === 'number'
      ? value * 1_000
      : typeof value === 'string' && isoTime.test(value)
        ? Date.parse(value)
        : NaN;
  if (time >= EARLIEST && time <= LATEST) return new Date(time).toISOString();
  context.addIssue({ code: 'custom', message: 'is no time between the years 1 and 9999' });
  return z.NEVER;
});

/** Of a commit: git takes any date, and one that we can not store must not cost the rest of its push. */
export const commitTime = timestamp.catch(new Date(0).toISOString());

/** @returns the latest of the times that are known, else `otherwise` */
export function latestOf(times: readonly (string | null | undefined)[], otherwise: string): string {
  let latest: string | undefined;
  for (const time of times) if (time && (latest === undefined || time > latest)) latest = time;
  return latest ?? otherwise;
}
