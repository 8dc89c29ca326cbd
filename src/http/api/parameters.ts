import { z } from '@hono/zod-openapi';
import type { WindowBound } from '../../metrics/query/window.ts';
import { plainText } from '../../plain-text.ts';

const text = z
  .string()
  .min(1)
  .max(200)
  .refine(...plainText);

const orgParameter = text.openapi({
  param: { name: 'org', in: 'path' },
  description: "The organization's login, in any case, or its id.",
  example: 'acme',
});

export const repoParameter = text.openapi({
  param: { name: 'repo', in: 'path' },
  description: "The repository's name within the organization, in any case, or its id.",
  example: 'shop',
});

export const teamParameter = text.openapi({
  param: { name: 'slug', in: 'path' },
  description: "The team's slug, in any case, or its id.",
  example: 'platform',
});

export const loginParameter = text.openapi({
  param: { name: 'login', in: 'path' },
  description: "The person's login, in any case, or GitHub's id.",
  example: 'ann',
});

export const orgParams = z.object({ org: orgParameter });

/** An id of GitHub; negative for persons that have none. */
export const idParameter = z.coerce
  .number('is not a whole number')
  .int('is not a whole number')
  .openapi({ type: 'integer' });
export const numberParameter = z.coerce
  .number('is not a whole number')
  .int('is not a whole number')
  .min(1)
  .max(2_147_483_647);
/** A name that somebody gives to something. */
export const label = text.max(100).trim().min(1);
/** Filters have no examples: the page at /docs would fill them in. */
export const textFilter = text.optional();

export const repositoryFilter = text.optional().openapi({
  description:
    'Only of this repository: its name, in any case, with or without the owner, or its id. 404 if there is none.',
});

export const authorFilter = text.optional().openapi({
  description: "Only of this person: login, email or contributor id. All of the person's emails count.",
});

export const booleanFilter = z
  .enum(['true', 'false'])
  .transform((word) => word === 'true')
  .optional();

const dateOrTime = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], 'is not a time such as 2026-03-01T00:00:00Z')
  .refine((text) => {
    const year = new Date(text).getUTCFullYear();
    return year >= 1 && year <= 9999;
  }, 'is not a time between the years 1 and 9999');

export const time = dateOrTime.transform((text) => new Date(text)).optional();

/** A day stays a day: when it starts depends on a time zone. */
export const windowBound = dateOrTime
  .transform((text): WindowBound => (text.includes('T') ? new Date(text) : text))
  .optional();

/** @param column what is compared, for the description */
export function timeFilters(column: string) {
  const format = 'ISO 8601, such as `2026-03-01T12:30:00Z`; a date alone is its midnight in UTC.';
  return {
    since: time.openapi({
      type: 'string',
      description: `Only with \`${column}\` at or after this. ${format}`,
    }),
    until: time.openapi({
      type: 'string',
      description: `Only with \`${column}\` before this. ${format}`,
    }),
  };
}

export const timestamp = z.iso.datetime().openapi({ example: '2026-03-01T12:30:00.000Z' });

/** A time as the API writes it. */
export function iso<T extends Date | null>(date: T): T extends Date ? string : string | null;
export function iso(date: Date | null): string | null {
  return date && date.toISOString();
}
