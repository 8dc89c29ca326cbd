import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';

const PAGE = 20_000;

/**
 * Reads more rows than shall be in memory at once.
 * @param query without parameters: a cursor takes none
 */
export async function* readPages<Row>(trx: Trx, name: string, query: RawBuilder<Row>): AsyncGenerator<readonly Row[]> {
  const cursor = sql.id(name);
  await sql`declare ${cursor} no scroll cursor for ${query}`.execute(trx);
  for (;;) {
    const { rows } = await sql<Row>`fetch ${sql.lit(PAGE)} from ${cursor}`.execute(trx);
    yield rows;
    if (rows.length < PAGE) break;
  }
  await sql`close ${cursor}`.execute(trx);
}
