import { z } from '@hono/zod-openapi';
import { NotFoundError } from '../../errors.ts';
import { deploymentSources } from '../../metrics/definition.ts';
import type { Api } from './api-env.ts';
import { defineCursor } from './cursor.ts';
import { deploymentKeys, findDeployment, listDeployments } from './deployment-rows.ts';
import { deploymentOutcomes, deploymentSchema, presentDeployment } from './deployment-schema.ts';
import { inOrg, repositoryIdOf } from './org-scope.ts';
import { pageOf } from './page.ts';
import { booleanFilter, idParameter, orgParams, repositoryFilter, textFilter, timeFilters } from './parameters.ts';
import { filteredRoute, listRoute } from './route.ts';

export const deploymentFilters = {
  repository: repositoryFilter,
  environment: textFilter.openapi({ description: 'Only to this environment.' }),
  production: booleanFilter.openapi({ description: 'Only to production, or only to others.' }),
  source: z.enum(deploymentSources).optional().openapi({ description: 'Only those that this told of.' }),
  counted: booleanFilter.openapi({
    description: 'Only those that the metrics count, or only the others: see `changes`.',
  }),
  sha: textFilter.openapi({ description: 'Only of this commit.' }),
  ref: textFilter.openapi({ description: 'Only of this branch, tag or sha, as it was deployed.' }),
  outcome: deploymentOutcomes.optional().openapi({ description: 'Only with this outcome.' }),
  ...timeFilters('created_at'),
};

const cursor = defineCursor('listDeployments', deploymentKeys);

const list = listRoute({
  operationId: 'listDeployments',
  path: '/api/v1/orgs/{org}/deployments',
  tag: 'Releases and deployments',
  summary: 'List deployments',
  description:
    "By `created_at`, the latest first: GitHub's and reported ones, to any environment, and where releases, tags, workflow runs or merges count as deployments, those.",
  params: orgParams,
  filters: deploymentFilters,
  cursor,
  item: deploymentSchema,
});

const get = filteredRoute({
  operationId: 'getDeployment',
  path: '/api/v1/orgs/{org}/deployments/{id}',
  tag: 'Releases and deployments',
  summary: 'Get a deployment',
  description: 'Should two repositories have the id, the later one, or that of `repository`.',
  params: orgParams.extend({
    id: idParameter.openapi({ param: { name: 'id', in: 'path', required: true }, example: 42 }),
  }),
  filters: { repository: repositoryFilter },
  response: deploymentSchema,
});

export function addDeployments(api: Api): void {
  api.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const rows = await inOrg(c, (trx, org) => listDeployments(trx, org, query));
    return c.json(pageOf(c, { rows, limit: query.limit, cursor, present: presentDeployment }), 200);
  });
  api.openapi(get, async (c) => {
    const { org: name, id: deploymentId } = c.req.valid('param');
    const { repository } = c.req.valid('query');
    const row = await inOrg(c, async (trx, org) =>
      findDeployment(trx, org, { deploymentId, repositoryId: await repositoryIdOf(trx, org, repository) }),
    );
    if (!row) throw new NotFoundError(`There is no deployment ${deploymentId} in ${name}.`);
    return c.json(presentDeployment(row), 200);
  });
}
