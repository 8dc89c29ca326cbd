import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type AnyMetric, anyMetricNames, rowsOfMetric } from '../../metrics/query/any-metric.ts';
import type { ListedRow } from '../../metrics/query/query-metric.ts';
import type { MetricScope } from '../../metrics/query/scope.ts';
import type { Api, ApiDeps, ApiEnv } from './api-env.ts';
import { csvLine } from './exports-csv.ts';
import { measureFilter, metricQueryOf, rowFilters } from './metric-query.ts';
import { inOrg } from './org-scope.ts';
import { orgParams } from './parameters.ts';
import { exportRoute } from './route.ts';

/** Rows in memory at a time: few enough for any row, and enough that each page's query is worth it. */
const PAGE_ROWS = 5_000;

const files = anyMetricNames.map((name) => `${name}.csv` as const);
const namesOfFiles = new Map(anyMetricNames.map((name) => [`${name}.csv`, name]));

const route = exportRoute({
  operationId: 'exportRows',
  path: '/api/v1/orgs/{org}/exports/{file}',
  tag: 'Metrics',
  summary: 'Export the rows of a metric',
  description:
    'Every row that the value comes from, and those that are left out with the reason. A text that a spreadsheet would run as a formula begins with an apostrophe.',
  params: orgParams.extend({
    file: z.enum(files).openapi({
      param: { name: 'file', in: 'path' },
      description: "The metric's name, and `.csv`.",
      example: 'lead-time.csv',
    }),
  }),
  filters: { ...rowFilters, ...measureFilter },
});

export function addExports(api: Api, { log }: ApiDeps): void {
  api.openapi(route, async (c) => {
    const { file } = c.req.valid('param');
    const { measure, ...filters } = c.req.valid('query');
    const metricName = namesOfFiles.get(file);
    if (metricName === undefined) throw new Error('the path takes the files of metrics alone');
    const metric = { name: metricName, measure };
    const { scope, first } = await inOrg(c, async (trx, org) => {
      const query = await metricQueryOf(trx, org, filters);
      return {
        scope: query,
        first: await rowsOfMetric(metric).list(trx, { scope: query, page: { limit: PAGE_ROWS } }),
      };
    });
    const fields = { request: c.var.requestId, path: c.req.path };
    const lines = listLines(c, {
      metric,
      scope,
      first,
      onError: (err) => log.error({ ...fields, err }, 'export broken off'),
    });
    return c.body(ReadableStream.from(lines).pipeThrough(new TextEncoderStream()), 200, {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="${file}"`,
    });
  });
}

interface Export {
  readonly metric: AnyMetric;
  readonly scope: MetricScope;
  readonly first: readonly ListedRow[];
  readonly onError: (error: unknown) => void;
}

/** Each page in a transaction of its own: one that reads slowly keeps none open. */
async function* listLines(c: Context<ApiEnv>, { metric, scope, first, onError }: Export): AsyncGenerator<string> {
  const { details, list } = rowsOfMetric(metric);
  yield csvLine(['repository', 'id', 'at', 'value', 'counted', 'excluded', ...details]);
  try {
    for (let rows = first; ; ) {
      yield rows.map((row) => lineOf(row, details)).join('');
      const after = rows.at(-1)?.position;
      if (rows.length < PAGE_ROWS || !after) return;
      const page = { limit: PAGE_ROWS, after };
      rows = await inOrg(c, (trx) => list(trx, { scope, page }));
    }
  } catch (error) {
    onError(error);
    throw error;
  }
}

function lineOf(row: ListedRow, details: readonly string[]): string {
  const { repository, id, at, value, counted, excluded, detail } = row;
  return csvLine([repository, id, at, value, counted, excluded, ...details.map((name) => cellOf(detail[name]))]);
}

function cellOf(value: unknown): string | number | boolean | object | null {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return typeof value === 'object' ? value : null;
}
