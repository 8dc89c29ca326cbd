import { PassThrough, Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { Database } from '../../db/connection.ts';
import { type ArchiveLines, listArchiveLines } from './archive-rows.ts';
import { type ArchiveTable, listArchiveTables } from './archive-tables.ts';

interface ArchivedOrg {
  readonly tenant_id: number;
  readonly login: string;
}

export interface Archive {
  readonly fileName: string;
  /** A zip: a file of JSON lines for each table, then `manifest.json`. It is made while it is read. */
  readonly stream: Readable;
  /** By table, so far. */
  readonly rows: ReadonlyMap<string, number>;
}

/** All that is stored of a tenant, and nothing of another one. */
export async function openArchive(db: Database, org: ArchivedOrg, now = new Date()): Promise<Archive> {
  const tables = await listArchiveTables(db);
  const rows = new Map<string, number>();
  const zip = new ZipFile();
  const add = (name: string, lines: () => AsyncIterable<string>) =>
    zip.addReadStreamLazy(name, { mtime: now }, (take) => take(null, readableOf(lines(), stop)));
  const stream = zip.outputStream.pipe(new PassThrough());
  const stop = (error: Error) => stream.destroy(error);
  zip.on('error', stop);
  for (const table of tables) {
    add(`${table.name}.jsonl`, () => counted(listArchiveLines(db, org.tenant_id, table), { table, rows }));
  }
  add('manifest.json', () => manifestOf({ org, now, tables, rows }));
  zip.end();
  return { fileName: `${org.login}-${now.toISOString().slice(0, 10)}.zip`, stream, rows };
}

function readableOf(lines: AsyncIterable<string>, onError: (error: Error) => void): Readable {
  return Readable.from(lines, { objectMode: false }).on('error', onError);
}

interface Counting {
  readonly table: ArchiveTable;
  readonly rows: Map<string, number>;
}

async function* counted(lines: AsyncIterable<ArchiveLines>, { table, rows }: Counting): AsyncGenerator<string> {
  let count = 0;
  rows.set(table.name, count);
  for await (const piece of lines) {
    rows.set(table.name, (count += piece.count));
    yield piece.text;
  }
}

interface Manifest {
  readonly org: ArchivedOrg;
  readonly now: Date;
  readonly tables: readonly ArchiveTable[];
  readonly rows: ReadonlyMap<string, number>;
}

/** The last one: only then the rows are counted. */
async function* manifestOf({ org, now, tables, rows }: Manifest): AsyncGenerator<string> {
  const described = tables.map(({ name, leftOut }) => [name, { rows: rows.get(name) ?? 0, left_out: leftOut }]);
  const { tenant_id: id, login } = org;
  yield `${JSON.stringify({ org: { id, login }, started_at: now, tables: Object.fromEntries(described) }, null, 2)}\n`;
}
