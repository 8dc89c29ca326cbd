import { NotFoundError } from '../../errors.ts';
import type { Api } from './api-env.ts';
import { defineCursor } from './cursor.ts';
import { getRepositoryScope, inOrg } from './org-scope.ts';
import { pageOf } from './page.ts';
import {
  authorFilter,
  numberParameter,
  orgParams,
  repoParameter,
  repositoryFilter,
  textFilter,
  timeFilters,
} from './parameters.ts';
import { findPull, listPulls, pullKeys } from './pull-rows.ts';
import { presentPull, pullSchema, pullState } from './pull-schema.ts';
import { listRoute, readRoute } from './route.ts';

export const pullFilters = {
  repository: repositoryFilter,
  author: authorFilter,
  state: pullState.optional().openapi({
    description: 'Only in this state. A merged one is `merged` and not `closed`. All unless given.',
  }),
  base: textFilter.openapi({ description: 'Only into this branch.' }),
  head: textFilter.openapi({ description: 'Only from this branch.' }),
  ...timeFilters('created_at'),
};

const cursor = defineCursor('listPullRequests', pullKeys);

const list = listRoute({
  operationId: 'listPullRequests',
  path: '/api/v1/orgs/{org}/pulls',
  tag: 'Pull requests',
  summary: 'List pull requests',
  description: 'By `created_at`, the latest first.',
  params: orgParams,
  filters: pullFilters,
  cursor,
  item: pullSchema,
});

const get = readRoute({
  operationId: 'getPullRequest',
  path: '/api/v1/orgs/{org}/pulls/{repo}/{number}',
  tag: 'Pull requests',
  summary: 'Get a pull request',
  params: orgParams.extend({
    repo: repoParameter,
    number: numberParameter.openapi({ param: { name: 'number', in: 'path' }, example: 1347 }),
  }),
  response: pullSchema,
});

export function addPulls(api: Api): void {
  api.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const rows = await inOrg(c, (trx, org) => listPulls(trx, org, query));
    return c.json(pageOf(c, { rows, limit: query.limit, cursor, present: presentPull }), 200);
  });
  api.openapi(get, async (c) => {
    const { repo, number } = c.req.valid('param');
    const row = await inOrg(c, async (trx, org) => {
      const { repository_id } = await getRepositoryScope(trx, org, repo);
      return findPull(trx, org.tenant_id, { repository_id, number });
    });
    if (!row) throw new NotFoundError(`There is no pull request #${number} in ${repo}.`);
    return c.json(presentPull(row), 200);
  });
}
