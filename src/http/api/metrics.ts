import { z } from '@hono/zod-openapi';
import { metricNames } from '../../metrics/query/metrics.ts';
import { explainMetric } from '../../metrics/query/explain.ts';
import { listMetricRows, type MetricResult, queryMetric } from '../../metrics/query/query-metric.ts';
import type { Api, ApiDeps } from './api-env.ts';
import { defineCursor, idKey, textKey, timeKey } from './cursor.ts';
import { metricFilters, metricQueryOf, rowFilters } from './metric-query.ts';
import {
  explanationSchema,
  metricName,
  metricRowSchema,
  metricSchema,
  presentMetric,
  presentWindow,
} from './metric-schema.ts';
import { inOrg } from './org-scope.ts';
import { pageOf } from './page.ts';
import { iso, orgParams } from './parameters.ts';
import { filteredRoute, listRoute } from './route.ts';

const tag = 'Metrics';
const path = '/api/v1/orgs/{org}/metrics';
const metricParams = orgParams.extend({
  metric: metricName.openapi({ param: { name: 'metric', in: 'path' }, description: 'Its name.', example: 'lead-time' }),
});

const list = filteredRoute({
  operationId: 'listMetrics',
  path,
  tag,
  summary: 'List the metrics',
  description: 'Every metric with its value in a window, and with what is missing behind it.',
  params: orgParams,
  filters: metricFilters,
  response: z.object({ data: z.array(metricSchema), next_cursor: z.null() }),
});

const get = filteredRoute({
  operationId: 'getMetric',
  path: `${path}/{metric}`,
  tag,
  summary: 'Get a metric',
  params: metricParams,
  filters: metricFilters,
  response: metricSchema,
});

const cursor = defineCursor('listMetricRows', [timeKey, idKey, idKey, textKey]);

const rows = listRoute({
  operationId: 'listMetricRows',
  path: `${path}/{metric}/rows`,
  tag,
  summary: 'List the rows of a metric',
  description: 'The deployments, changes or pull requests that the value comes from, the latest first.',
  params: metricParams,
  filters: rowFilters,
  cursor,
  item: metricRowSchema,
});

const explain = filteredRoute({
  operationId: 'explainMetric',
  path: `${path}/{metric}/explain`,
  tag,
  summary: 'Explain a metric',
  params: metricParams,
  filters: rowFilters,
  response: explanationSchema,
});

export function addMetrics(api: Api, { db }: ApiDeps): void {
  api.openapi(list, async (c) => {
    const data = await inOrg(db, c.req.valid('param').org, async (trx, org) => {
      const query = await metricQueryOf(trx, org, c.req.valid('query'));
      const results: MetricResult[] = [];
      for (const name of metricNames) results.push(await queryMetric(trx, name, query));
      return results.map(presentMetric);
    });
    return c.json({ data, next_cursor: null }, 200);
  });
  api.openapi(get, async (c) => {
    const { org: name, metric } = c.req.valid('param');
    const result = await inOrg(db, name, async (trx, org) =>
      queryMetric(trx, metric, await metricQueryOf(trx, org, c.req.valid('query'))),
    );
    return c.json(presentMetric(result), 200);
  });
  api.openapi(rows, async (c) => {
    const { org: name, metric } = c.req.valid('param');
    const { limit, cursor: after, ...filters } = c.req.valid('query');
    const found = await inOrg(db, name, async (trx, org) => {
      const scope = await metricQueryOf(trx, org, filters);
      return listMetricRows(trx, metric, { scope, page: { limit: limit + 1, after } });
    });
    const present = ({ repository, id, at, value, counted, excluded, detail }: (typeof found)[number]) => {
      return { repository, id, at: iso(at), value, counted, excluded, detail };
    };
    return c.json(pageOf(c, { rows: found, limit, cursor, present }), 200);
  });
  api.openapi(explain, async (c) => {
    const { org: name, metric } = c.req.valid('param');
    const explanation = await inOrg(db, name, async (trx, org) =>
      explainMetric(trx, metric, await metricQueryOf(trx, org, c.req.valid('query'))),
    );
    return c.json({ ...explanation, window: presentWindow(explanation.window) }, 200);
  });
}
