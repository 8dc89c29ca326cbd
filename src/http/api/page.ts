import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type RawBuilder, sql } from 'kysely';
import type { ApiEnv } from './api-env.ts';

export const limitParameter = z.coerce
  .number()
  .int()
  .min(1)
  .max(100)
  .default(50)
  .openapi({ description: 'Most objects on a page.' });

/** A row of a list, with its sort key. */
export interface Positioned {
  readonly position: readonly unknown[];
}

interface PageOptions<R, T> {
  /** One more than `limit`, if there are more. */
  readonly rows: readonly R[];
  readonly limit: number;
  readonly cursor: { readonly write: (position: readonly unknown[]) => string };
  readonly present: (row: R) => T;
}

/** A page's body; sets the `Link` header to the next one. */
export function pageOf<R extends Positioned, T>(
  c: Context<ApiEnv>,
  { rows, limit, cursor, present }: PageOptions<R, T>,
): { data: T[]; next_cursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  const nextCursor = last ? cursor.write(last.position) : null;
  if (nextCursor !== null) c.header('Link', `<${nextUrl(c, nextCursor)}>; rel="next"`);
  return { data: shown.map(present), next_cursor: nextCursor };
}

function nextUrl(c: Context<ApiEnv>, cursor: string): string {
  const url = new URL(c.req.url);
  url.searchParams.set('cursor', cursor);
  return c.var.publicUrl === undefined ? url.href : new URL(url.pathname + url.search, c.var.publicUrl).href;
}

/** The conditions that are there, joined by `and`. */
export function allOf(conditions: readonly (RawBuilder<unknown> | undefined)[]): RawBuilder<unknown> {
  return sql.join(
    conditions.filter((condition) => condition !== undefined),
    sql` and `,
  );
}

/** A time of a cursor, as the database compares it. */
export function timeOf(key: string): RawBuilder<unknown> {
  return sql`(${key}::timestamp at time zone 'UTC')`;
}

/** A column's time, as a cursor carries it. */
export function timeKeyOf(column: string): RawBuilder<unknown> {
  return sql`${sql.ref(column)} at time zone 'UTC'`;
}
