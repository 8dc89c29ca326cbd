import { zstdDecompressSync } from 'node:zlib';
import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { nameTenant, type Trx, withTenant } from '../../db/tenant.ts';
import type { ArchiveTable } from './archive-tables.ts';

/** In memory at a time. */
const PAGE = 1_000;
/** Of those with bodies, which may have megabytes each. */
const PAGE_OF_BODIES = 20;

interface ArchiveRow {
  /** JSON, in one line. */
  readonly line: string;
  readonly position: readonly string[];
  /** Of a delivery: what GitHub sent, compressed. */
  readonly body?: Buffer;
}

/** Some lines of a table. */
export interface ArchiveLines {
  readonly text: string;
  readonly count: number;
}

/**
 * The rows of a table, each as a line of JSON as PostgreSQL writes it, by its primary key. A transaction a page: whoever
 * reads slowly keeps none open, and sees later pages as they are then.
 */
export async function* listArchiveLines(
  db: Database,
  tenantId: number,
  table: ArchiveTable,
): AsyncGenerator<ArchiveLines> {
  const limit = hasBodies(table) ? PAGE_OF_BODIES : PAGE;
  for (let after: readonly string[] | undefined, more = true; more; ) {
    const rows = await readPage(db, tenantId, { table, after, limit });
    // A body is large enough to go by itself; of other rows, a piece for each would cost more than the rows.
    if (hasBodies(table)) for (const row of rows) yield { text: `${lineOf(row)}\n`, count: 1 };
    else yield { text: rows.map((row) => `${row.line}\n`).join(''), count: rows.length };
    after = rows.at(-1)?.position;
    more = rows.length === limit && after !== undefined && after.length > 0;
  }
}

function hasBodies({ name }: ArchiveTable): boolean {
  return name === 'deliveries';
}

interface Page {
  readonly table: ArchiveTable;
  readonly after: readonly string[] | undefined;
  readonly limit: number;
}

async function readPage(db: Database, tenantId: number, { table, after, limit }: Page): Promise<readonly ArchiveRow[]> {
  const { name, own, key, leftOut } = table;
  const isAfter = after && key.length > 0 ? sql`and (${columnsOf(key)}) > (${valuesOf(key, after)})` : sql``;
  const body = hasBodies(table) ? sql`, t.body` : sql``;
  const omitted = hasBodies(table) ? [...leftOut, 'body'] : leftOut;
  const position = sql.join(
    [sql`'{}'::text[]`, ...key.map(({ column }) => sql`t.${sql.ref(column)}::text`)],
    sql` || `,
  );
  const query = sql<ArchiveRow>`
    select (to_jsonb(t) - ${omitted}::text[])::text as line, ${position} as position ${body}
    from ${sql.table(name)} t where tenant_id = ${tenantId} ${isAfter}
    ${key.length > 0 ? sql`order by ${columnsOf(key)}` : sql``} limit ${limit}`;
  const run = async (trx: Trx) => (await query.execute(trx)).rows;
  if (own) return withTenant(db, tenantId, run);
  return db.transaction().execute(async (trx) => {
    await nameTenant(trx, tenantId);
    return run(trx);
  });
}

function columnsOf(key: ArchiveTable['key']): RawBuilder<unknown> {
  return sql.join(key.map(({ column }) => sql`t.${sql.ref(column)}`));
}

function valuesOf(key: ArchiveTable['key'], after: readonly string[]): RawBuilder<unknown> {
  return sql.join(key.map(({ type }, index) => sql`${after[index]}::text::${sql.raw(type)}`));
}

/** A body as text, as GitHub sent it: reading it as JSON might change it. */
function lineOf({ line, body }: ArchiveRow): string {
  if (!body) return line;
  return `${line.slice(0, -1)}, "body": ${JSON.stringify(zstdDecompressSync(body).toString())}}`;
}
