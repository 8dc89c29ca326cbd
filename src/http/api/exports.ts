import { z } from '@hono/zod-openapi';
import { anyMetricNames, rowsOfMetric } from '../../metrics/query/any-metric.ts';
import type { ListedRow } from '../../metrics/query/query-metric.ts';
import { recordExport } from '../../tenancy/audit-log.ts';
import { actorOf } from './actor.ts';
import type { Api, ApiDeps } from './api-env.ts';
import { CSV_PAGE_ROWS, csvResponse } from './csv-file.ts';
import type { Cell } from './exports-csv.ts';
import { measureFilter, metricQueryOf, profileFilter, rowFilters } from './metric-query.ts';
import { inOrg } from './org-scope.ts';
import { orgParams } from './parameters.ts';
import { exportRoute } from './route.ts';

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
  filters: { ...rowFilters, ...measureFilter, ...profileFilter },
});

export function addExports(api: Api, { log }: ApiDeps): void {
  api.openapi(route, async (c) => {
    const { file } = c.req.valid('param');
    const { measure, profile, ...filters } = c.req.valid('query');
    const metricName = namesOfFiles.get(file);
    if (metricName === undefined) throw new Error('the path takes the files of metrics alone');
    const hasOpen = metricName === 'recovery-time';
    const { details, list } = rowsOfMetric({ name: metricName, measure, profile });
    const { scope, first } = await inOrg(c, async (trx, org) => {
      const query = await metricQueryOf(trx, org, filters);
      const rows = await list(trx, { scope: query, page: { limit: CSV_PAGE_ROWS } });
      await recordExport(trx, { tenantId: org.tenant_id, actor: actorOf(c), file, filters: c.req.valid('query') });
      return { scope: query, first: rows };
    });
    return csvResponse(
      c,
      {
        name: file,
        header: ['repository', 'id', 'at', 'value', 'counted', 'excluded', ...details, ...(hasOpen ? ['open'] : [])],
        first,
        cellsOf: (row) => [...cellsOf(row, details), ...(hasOpen ? [row.open] : [])],
        readAfter: ({ position }) =>
          inOrg(c, (trx) => list(trx, { scope, page: { limit: CSV_PAGE_ROWS, after: position } })),
      },
      log,
    );
  });
}

function cellsOf(row: ListedRow, details: readonly string[]): Cell[] {
  const { repository, id, at, value, counted, excluded, detail } = row;
  return [repository, id, at, value, counted, excluded, ...details.map((name) => cellOf(detail[name]))];
}

function cellOf(value: unknown): Cell {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return typeof value === 'object' ? value : null;
}
