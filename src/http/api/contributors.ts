import { z } from '@hono/zod-openapi';
import { NotFoundError } from '../../errors.ts';
import { actorOf } from './actor.ts';
import type { Api, ApiDeps } from './api-env.ts';
import { patchFieldsRoute } from './change-route.ts';
import { callerOf } from './caller.ts';
import { leaveTenant, type Trx } from '../../../db/tenant.ts';
import { getTimeZone } from '../../metrics/definition.ts';
import { sendRecomputeMetrics } from '../../queue.ts';
import { changeContributor } from '../../tenancy/change-contributor.ts';
import { boundOf, type WindowBounds } from '../../metrics/query/window.ts';
import { type ContributionScope, contributorKeys, findContributor, listContributors } from './contributor-rows.ts';
import { contributorSchema, presentContributor } from './contributor-schema.ts';
import { defineCursor } from './cursor.ts';
import { rowFilters, teamIdOf } from './metric-query.ts';
import { inOrg, inWholeOrg, type Org, repositoryIdOf } from './org-scope.ts';
import { pageOf } from './page.ts';
import { booleanFilter, idParameter, orgParams, textFilter } from './parameters.ts';
import { filteredRoute, listRoute } from './route.ts';

const { repository, team, from, to, time_zone } = rowFilters;
const bound = (meaning: string) =>
  from.openapi({
    description: `${meaning} ISO 8601; a date alone is its start in \`time_zone\`. All time unless given.`,
  });
const contributionFilters = {
  repository,
  team: team.openapi({ description: 'Only what people did while in this team, or one under it: its slug or id.' }),
  from: bound('Only contributions at or after this.'),
  to: to.openapi({ description: 'Only contributions before this.' }),
  time_zone,
};

const cursor = defineCursor('listContributors', contributorKeys);

const list = listRoute({
  operationId: 'listContributors',
  path: '/api/v1/orgs/{org}/contributors',
  tag: 'Contributors',
  summary: 'List contributors',
  description:
    'Persons and bots, by login, or by name where there is none. Filtered by repository, team or time, those who contributed there, with what they did there.',
  params: orgParams,
  filters: {
    type: z.enum(['User', 'Bot']).optional().openapi({ description: 'Only persons, or only bots.' }),
    login: textFilter.openapi({ description: 'Only with this login, in any case.' }),
    commits: booleanFilter.openapi({ description: 'Only those who authored a commit, or only the others.' }),
    ...contributionFilters,
  },
  cursor,
  item: contributorSchema,
});

export const contributorParams = orgParams.extend({
  id: idParameter.openapi({ param: { name: 'id', in: 'path', required: true }, example: 583231 }),
});

const me = filteredRoute({
  operationId: 'getOwnContributor',
  path: '/api/v1/orgs/{org}/contributors/me',
  tag: 'Contributors',
  summary: 'Get yourself as a contributor',
  description: '404 for who is no contributor here, as a token and the operator are.',
  params: orgParams,
  filters: contributionFilters,
  response: contributorSchema,
});

const get = filteredRoute({
  operationId: 'getContributor',
  path: '/api/v1/orgs/{org}/contributors/{id}',
  tag: 'Contributors',
  summary: 'Get a contributor',
  params: contributorParams,
  filters: contributionFilters,
  response: contributorSchema,
});

const patch = patchFieldsRoute({
  operationId: 'changeContributor',
  path: '/api/v1/orgs/{org}/contributors/{id}',
  tag: 'Contributors',
  summary: 'Merge contributors, and say who counts',
  description: `Two contributors who are one person are merged, and can be taken apart again: then each is what it was. One that is merged counts
as the other does. What is derived is computed anew soon after.`,
  params: contributorParams,
  request: z
    .strictObject({
      merged_into: z.int().nullable().optional().openapi({
        description: 'The contributor who is the same person; null: takes them apart.',
      }),
      bot: z.boolean().nullable().optional().openapi({ description: 'Whether this is a bot; null: as GitHub has it.' }),
      excluded: z.boolean().optional().openapi({ description: 'Whether this one is left out of every metric.' }),
    })
    .openapi('ContributorPatch', { example: { bot: true } }),
  response: contributorSchema,
});

const wholeTime = { repositoryId: undefined, teamId: undefined, from: undefined, to: undefined };

export function addContributors(api: Api, { queue }: Pick<ApiDeps, 'queue'>): void {
  api.openapi(patch, async (c) => {
    const { org: name, id: contributorId } = c.req.valid('param');
    const change = { contributorId, patch: c.req.valid('json'), actor: actorOf(c) };
    // What counts is of the whole organization; what is shown of it, of what the caller may read.
    await inWholeOrg(c, async (trx, { tenant_id: tenantId }) => {
      if (!(await changeContributor(trx, tenantId, change))) return;
      await leaveTenant(trx);
      await sendRecomputeMetrics(queue, trx, [tenantId]);
    });
    const row = await inOrg(c, (trx, { tenant_id: tenantId }) =>
      findContributor(trx, { tenantId, ...wholeTime }, contributorId),
    );
    if (!row) throw new NotFoundError(`There is no contributor ${contributorId} in ${name}.`);
    return c.json(presentContributor(row), 200);
  });
  api.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const rows = await inOrg(c, async (trx, org) => listContributors(trx, await scopeOf(trx, org, query), query));
    return c.json(pageOf(c, { rows, limit: query.limit, cursor, present: presentContributor }), 200);
  });
  api.openapi(me, async (c) => {
    const caller = callerOf(c);
    const row = await inOrg(c, async (trx, org) =>
      caller.kind === 'person'
        ? findContributor(trx, await scopeOf(trx, org, c.req.valid('query')), caller.session.userId)
        : undefined,
    );
    if (!row) throw new NotFoundError(`You are no contributor in ${c.req.valid('param').org}.`);
    return c.json(presentContributor(row), 200);
  });
  api.openapi(get, async (c) => {
    const { org: name, id } = c.req.valid('param');
    const row = await inOrg(c, async (trx, org) =>
      findContributor(trx, await scopeOf(trx, org, c.req.valid('query')), id),
    );
    if (!row) throw new NotFoundError(`There is no contributor ${id} in ${name}.`);
    return c.json(presentContributor(row), 200);
  });
}

interface ContributionFilters extends WindowBounds {
  readonly repository?: string | undefined;
  readonly team?: string | undefined;
  readonly time_zone?: string | undefined;
}

async function scopeOf(trx: Trx, org: Org, filters: ContributionFilters): Promise<ContributionScope> {
  const timeZone = filters.time_zone ?? (await getTimeZone(trx, org.tenant_id));
  return {
    tenantId: org.tenant_id,
    repositoryId: await repositoryIdOf(trx, org, filters.repository),
    teamId: await teamIdOf(trx, org, filters.team),
    from: filters.from === undefined ? undefined : boundOf(filters.from, timeZone),
    to: filters.to === undefined ? undefined : boundOf(filters.to, timeZone),
  };
}
