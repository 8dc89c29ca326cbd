import { z } from '@hono/zod-openapi';
import {
  type AnyMetricResult,
  anyMetricNames,
  explainAnyMetric,
  queryAnyMetric,
  rowsOfMetric,
} from '../../metrics/query/any-metric.ts';
import { healthMeasures } from '../../metrics/query/health/measures.ts';
import type { Api } from './api-env.ts';
import { defineCursor, idKey, textKey, timeKey } from './cursor.ts';
import { measureFilter, metricFilters, metricQueryOf, profileFilter, rowFilters } from './metric-query.ts';
import { explanationSchema, metricName, metricRowSchema, metricSchema, presentMetric } from './metric-schema.ts';
import { presentExplainedProfile } from './metric-profile-schema.ts';
import { presentWindow } from './metric-value-schema.ts';
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
  filters: { ...metricFilters, ...profileFilter },
  response: z.object({ data: z.array(metricSchema), next_cursor: z.null() }),
});

const get = filteredRoute({
  operationId: 'getMetric',
  path: `${path}/{metric}`,
  tag,
  summary: 'Get a metric',
  description: `\`team-health\` has several measures, of which \`value\` is one; of people only how many they are:

${Object.entries(healthMeasures)
  .map(([name, { meaning }]) => `- \`${name}\`: ${meaning}`)
  .join('\n')}`,
  params: metricParams,
  filters: { ...metricFilters, ...measureFilter, ...profileFilter },
  response: metricSchema,
});

const cursor = defineCursor('listMetricRows', [timeKey, idKey, idKey, textKey]);

const rows = listRoute({
  operationId: 'listMetricRows',
  path: `${path}/{metric}/rows`,
  tag,
  summary: 'List the rows of a metric',
  description:
    'The deployments, changes, pull requests or reviews that the value comes from, the latest first. `outside_hours` of `team-health` has none: they would tell who works when.',
  params: metricParams,
  filters: { ...rowFilters, ...measureFilter, ...profileFilter },
  cursor,
  item: metricRowSchema,
});

const explain = filteredRoute({
  operationId: 'explainMetric',
  path: `${path}/{metric}/explain`,
  tag,
  summary: 'Explain a metric',
  params: metricParams,
  filters: { ...rowFilters, ...measureFilter, ...profileFilter },
  response: explanationSchema,
});

export function addMetrics(api: Api): void {
  api.openapi(list, async (c) => {
    const data = await inOrg(c, async (trx, org) => {
      const { profile, ...filters } = c.req.valid('query');
      const query = await metricQueryOf(trx, org, filters);
      const results: AnyMetricResult[] = [];
      for (const name of anyMetricNames) results.push(await queryAnyMetric(trx, { name, profile }, query));
      return results.map(presentMetric);
    });
    return c.json({ data, next_cursor: null }, 200);
  });
  api.openapi(get, async (c) => {
    const { metric } = c.req.valid('param');
    const { measure, profile, ...filters } = c.req.valid('query');
    const result = await inOrg(c, async (trx, org) =>
      queryAnyMetric(trx, { name: metric, measure, profile }, await metricQueryOf(trx, org, filters)),
    );
    return c.json(presentMetric(result), 200);
  });
  api.openapi(rows, async (c) => {
    const { metric } = c.req.valid('param');
    const { limit, cursor: after, measure, profile, ...filters } = c.req.valid('query');
    const found = await inOrg(c, async (trx, org) => {
      const scope = await metricQueryOf(trx, org, filters);
      return rowsOfMetric({ name: metric, measure, profile }).list(trx, { scope, page: { limit: limit + 1, after } });
    });
    const present = ({ repository, id, at, value, counted, excluded, open, detail }: (typeof found)[number]) => {
      const ofRecovery = metric === 'recovery-time' && { open };
      return { repository, id, at: iso(at), value, counted, excluded, ...ofRecovery, detail };
    };
    return c.json(pageOf(c, { rows: found, limit, cursor, present }), 200);
  });
  api.openapi(explain, async (c) => {
    const { metric } = c.req.valid('param');
    const { measure, profile, ...filters } = c.req.valid('query');
    const { profile: explained, ...explanation } = await inOrg(c, async (trx, org) =>
      explainAnyMetric(trx, { name: metric, measure, profile }, await metricQueryOf(trx, org, filters)),
    );
    const ofProfile = explained && { profile: presentExplainedProfile(explained) };
    return c.json({ ...explanation, ...ofProfile, window: presentWindow(explanation.window) }, 200);
  });
}
