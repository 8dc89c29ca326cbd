import type { Context } from 'hono';
import { routePath } from 'hono/route';
import type { Logger } from '../../logging.ts';
import type { ApiEnv } from './api-env.ts';
import { type Cell, csvLine } from './exports-csv.ts';

/** Rows in memory at a time: few enough for any row, and enough that each page's query is worth it. */
export const CSV_PAGE_ROWS = 5_000;

interface CsvFile<R> {
  /** As in `lead-time.csv`. */
  readonly name: string;
  readonly header: readonly string[];
  /** Read before the answer begins, so that what is wrong can still be told. */
  readonly first: readonly R[];
  readonly cellsOf: (row: R) => readonly Cell[];
  /** In a transaction of its own: a caller that reads slowly keeps none open. */
  readonly readAfter: (last: R) => Promise<readonly R[]>;
}

/** Answers with a file that is read by pages of `CSV_PAGE_ROWS` while it is sent. */
export function csvResponse<R>(c: Context<ApiEnv>, file: CsvFile<R>, log: Logger) {
  const fields = { request: c.var.requestId, route: routePath(c, -1) };
  const lines = listLines(file, (err) => log.error({ ...fields, err }, 'export broken off'));
  return c.body(ReadableStream.from(lines).pipeThrough(new TextEncoderStream()), 200, {
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': `attachment; filename="${file.name}"`,
  });
}

async function* listLines<R>(file: CsvFile<R>, onError: (error: unknown) => void): AsyncGenerator<string> {
  yield csvLine(file.header);
  try {
    for (let rows = file.first; ; ) {
      yield rows.map((row) => csvLine(file.cellsOf(row))).join('');
      const last = rows.at(-1);
      if (rows.length < CSV_PAGE_ROWS || last === undefined) return;
      rows = await file.readAfter(last);
    }
  } catch (error) {
    onError(error);
    throw error;
  }
}
