import { type RawBuilder, sql } from 'kysely';

/** A time within JSON, as the API writes it. */
export function utcText(time: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
