import { z } from '@hono/zod-openapi';
import { NotFoundError } from '../../errors.ts';
import type { Api } from './api-env.ts';
import { callerOf } from './caller.ts';
import type { Trx } from '../../../db/tenant.ts';
import { getTimeZone } from '../../metrics/definition.ts';
import { boundOf, type WindowBounds } from '../../metrics/query/window.ts';
import {
  type ContributionScope,
  type ContributorRow,
  contributorKeys,
  findContributor,
  listContributors,
} from './contributor-rows.ts';
import { defineCursor } from './cursor.ts';
import { rowFilters, teamIdOf } from './metric-query.ts';
import { inOrg, type Org, repositoryIdOf } from './org-scope.ts';
import { pageOf } from './page.ts';
import { booleanFilter, idParameter, iso, orgParams, textFilter, timestamp } from './parameters.ts';
import { filteredRoute, listRoute } from './route.ts';

const contributorSchema = z
  .object({
    id: z.int().openapi({
      description: "GitHub's user id; negative for a person known only by email or login, until GitHub links them.",
    }),
    login: z.string().nullable(),
    name: z.string().nullable(),
    type: z.enum(['User', 'Bot']),
    commits: z.int().openapi({ description: 'Authored, under all emails of the person.' }),
    pull_requests: z.int().openapi({ description: 'Opened.' }),
    pull_requests_merged: z.int().openapi({ description: 'Of the same person, whoever merged them.' }),
    reviews: z.int().openapi({ description: 'Given.' }),
    first_seen_at: timestamp.nullable().openapi({
      description:
        'Earliest commit authored, pull request or issue opened, or review given; null when there is none, as for a mere committer.',
    }),
    last_seen_at: timestamp.nullable().openapi({ description: 'The latest of the same.' }),
  })
  .openapi('Contributor', {
    example: {
      id: 583231,
      login: 'ann',
      name: 'Ann Lee',
      type: 'User',
      commits: 412,
      pull_requests: 96,
      pull_requests_merged: 91,
      reviews: 130,
      first_seen_at: '2024-01-08T09:12:00.000Z',
      last_seen_at: '2026-03-01T12:30:00.000Z',
    },
  });

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

export function addContributors(api: Api): void {
  api.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const rows = await inOrg(c, async (trx, org) => listContributors(trx, await scopeOf(trx, org, query), query));
    return c.json(pageOf(c, { rows, limit: query.limit, cursor, present }), 200);
  });
  api.openapi(me, async (c) => {
    const caller = callerOf(c);
    const row = await inOrg(c, async (trx, org) =>
      caller.kind === 'person'
        ? findContributor(trx, await scopeOf(trx, org, c.req.valid('query')), caller.session.userId)
        : undefined,
    );
    if (!row) throw new NotFoundError(`You are no contributor in ${c.req.valid('param').org}.`);
    return c.json(present(row), 200);
  });
  api.openapi(get, async (c) => {
    const { org: name, id } = c.req.valid('param');
    const row = await inOrg(c, async (trx, org) =>
      findContributor(trx, await scopeOf(trx, org, c.req.valid('query')), id),
    );
    if (!row) throw new NotFoundError(`There is no contributor ${id} in ${name}.`);
    return c.json(present(row), 200);
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

function present(row: ContributorRow): z.infer<typeof contributorSchema> {
  return {
    id: row.contributor_id,
    login: row.login,
    name: row.name,
    type: row.type,
    commits: row.commits,
    pull_requests: row.pull_requests,
    pull_requests_merged: row.pull_requests_merged,
    reviews: row.reviews,
    first_seen_at: iso(row.first_seen_at),
    last_seen_at: iso(row.last_seen_at),
  };
}
