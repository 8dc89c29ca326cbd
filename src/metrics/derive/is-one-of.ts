import { type RawBuilder, sql } from 'kysely';

/** Whether a row is one of these; undefined: of all. */
export function isOneOf(column: RawBuilder<unknown>, ids: readonly number[] | undefined): RawBuilder<unknown> {
  return ids ? sql`${column} = any(${ids}::bigint[])` : sql`true`;
}
