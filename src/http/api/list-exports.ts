import type { Api, ApiDeps, ApiEnv } from './api-env.ts';
import { listDeployments } from './deployment-rows.ts';
import { deploymentSchema, presentDeployment } from './deployment-schema.ts';
import { deploymentFilters } from './deployments.ts';
import { CSV_PAGE_ROWS, csvResponse } from './csv-file.ts';
import type { Cell } from './exports-csv.ts';
import { inOrg, type Org } from './org-scope.ts';
import type { Positioned } from './page.ts';
import { actorOf } from './actor.ts';
import { recordExport } from '../../tenancy/audit-log.ts';
import type { Trx } from '../../../db/tenant.ts';
import type { Logger } from '../../logging.ts';
import type { Context } from 'hono';
import { listIncidents } from './incident-rows.ts';
import { incidentSchema, presentIncident } from './incident-schema.ts';
import { incidentFilters } from './incidents.ts';
import { orgParams } from './parameters.ts';
import { listPulls } from './pull-rows.ts';
import { presentPull, pullSchema } from './pull-schema.ts';
import { pullFilters } from './pulls.ts';
import { exportRoute } from './route.ts';

const about = {
  params: orgParams,
  description: 'Every row of the list with these filters, one column a field; what is a list itself is JSON.',
};

const deployments = exportRoute({
  ...about,
  operationId: 'exportDeployments',
  path: '/api/v1/orgs/{org}/exports/deployments.csv',
  tag: 'Releases and deployments',
  summary: 'Export deployments',
  filters: deploymentFilters,
});

const pulls = exportRoute({
  ...about,
  operationId: 'exportPullRequests',
  path: '/api/v1/orgs/{org}/exports/pulls.csv',
  tag: 'Pull requests',
  summary: 'Export pull requests',
  filters: pullFilters,
});

const incidents = exportRoute({
  ...about,
  operationId: 'exportIncidents',
  path: '/api/v1/orgs/{org}/exports/incidents.csv',
  tag: 'Incidents',
  summary: 'Export incidents',
  filters: incidentFilters,
});

/** Files of what lists show, by the same queries. Before the files of metrics, whose path would take these as well. */
export function addListExports(api: Api, { log }: ApiDeps): void {
  api.openapi(deployments, (c) => {
    const list = withFilters(listDeployments, c.req.valid('query'));
    return listResponse(c, { name: 'deployments', schema: deploymentSchema, list, present: presentDeployment, log });
  });
  api.openapi(pulls, (c) => {
    const list = withFilters(listPulls, c.req.valid('query'));
    return listResponse(c, { name: 'pulls', schema: pullSchema, list, present: presentPull, log });
  });
  api.openapi(incidents, (c) => {
    const list = withFilters(listIncidents, c.req.valid('query'));
    return listResponse(c, { name: 'incidents', schema: incidentSchema, list, present: presentIncident, log });
  });
}

interface Page<Row extends Positioned> {
  readonly limit: number;
  readonly cursor?: Row['position'];
}

function withFilters<Filters, Row extends Positioned>(
  list: (trx: Trx, org: Org, query: Filters & Page<Row>) => Promise<readonly Row[]>,
  filters: Filters,
) {
  return async (trx: Trx, org: Org, after?: Row['position']): Promise<readonly Row[]> => {
    const page = { limit: CSV_PAGE_ROWS, ...(after && { cursor: after }) };
    return (await list(trx, org, { ...filters, ...page })).slice(0, CSV_PAGE_ROWS);
  };
}

interface ListFile<Row extends Positioned> {
  /** Of the list. */
  readonly name: string;
  readonly schema: { readonly shape: Readonly<Record<string, unknown>> };
  readonly list: (trx: Trx, org: Org, after?: Row['position']) => Promise<readonly Row[]>;
  readonly present: (row: Row) => Readonly<Record<string, Cell>>;
  readonly log: Logger;
}

async function listResponse<Row extends Positioned>(
  c: Context<ApiEnv>,
  { name, schema, list, present, log }: ListFile<Row>,
) {
  const header = Object.keys(schema.shape);
  const file = `${name}.csv`;
  const first = await inOrg(c, async (trx, org) => {
    const rows = await list(trx, org);
    await recordExport(trx, { tenantId: org.tenant_id, actor: actorOf(c), file, filters: c.req.query() });
    return rows;
  });
  const cellsOf = (row: Row): Cell[] => {
    const shown = present(row);
    return header.map((column) => shown[column]);
  };
  const readAfter = ({ position }: Row) => inOrg(c, (trx, org) => list(trx, org, position));
  return csvResponse(c, { name: file, header, first, cellsOf, readAfter }, log);
}
