import { defineCursor } from './cursor.ts';
import type { Api } from './api-env.ts';
import { incidentKeys, listIncidents } from './incident-rows.ts';
import { incidentSchema, incidentState, presentIncident } from './incident-schema.ts';
import { inOrg } from './org-scope.ts';
import { pageOf } from './page.ts';
import { booleanFilter, idParameter, orgParams, repositoryFilter, timeFilters } from './parameters.ts';
import { listRoute } from './route.ts';

export const incidentFilters = {
  repository: repositoryFilter,
  state: incidentState.optional().openapi({ description: 'Only in this state.' }),
  linked: booleanFilter.openapi({ description: 'Only those that blame a deployment, or only the others.' }),
  deployment: idParameter.optional().openapi({ description: 'Only those that blame this deployment: its id.' }),
  ...timeFilters('created_at'),
};

const cursor = defineCursor('listIncidents', incidentKeys);

const list = listRoute({
  operationId: 'listIncidents',
  path: '/api/v1/orgs/{org}/incidents',
  tag: 'Incidents',
  summary: 'List incidents',
  description:
    'Issues with a label of incidents, and what was reported, by `created_at`, the latest first; with the deployment that each blames.',
  params: orgParams,
  filters: incidentFilters,
  cursor,
  item: incidentSchema,
});

export function addIncidents(api: Api): void {
  api.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const rows = await inOrg(c, (trx, org) => listIncidents(trx, org, query));
    return c.json(pageOf(c, { rows, limit: query.limit, cursor, present: presentIncident }), 200);
  });
}
