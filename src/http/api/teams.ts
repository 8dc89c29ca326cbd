import { z } from '@hono/zod-openapi';
import { setTeamLead } from '../../tenancy/team-lead.ts';
import { actorOf } from './actor.ts';
import type { Api } from './api-env.ts';
import { patchFieldsRoute } from './change-route.ts';
import { defineCursor } from './cursor.ts';
import { inOrg } from './org-scope.ts';
import { pageOf } from './page.ts';
import { label, orgParams, teamParameter } from './parameters.ts';
import { accountOf, accountSchema } from './person.ts';
import { listRoute, readRoute } from './route.ts';
import {
  getTeam,
  listTeamMembers,
  listTeams,
  type TeamMemberRow,
  type TeamRow,
  teamKeys,
  teamMemberKeys,
} from './team-rows.ts';

const teamSchema = z
  .object({
    id: z.int(),
    slug: z.string(),
    name: z.string(),
    parent: z.object({ id: z.int(), slug: z.string() }).nullable(),
    lead: accountSchema.nullable().openapi({ description: 'Set by hand.' }),
    members: z.int().openapi({ description: 'Its own, without those of the teams under it.' }),
    repositories: z
      .int()
      .openapi({ description: 'To which it has a grant of its own; those of its parents come on top.' }),
  })
  .openapi('Team', {
    example: {
      id: 42,
      slug: 'platform',
      name: 'Platform',
      parent: { id: 41, slug: 'backend' },
      lead: null,
      members: 7,
      repositories: 12,
    },
  });

const memberSchema = z
  .object({
    person: accountSchema.nullable(),
    role: z.enum(['member', 'maintainer']).nullable().openapi({ description: 'Null until it has been read.' }),
  })
  .openapi('TeamMember', { example: { person: { login: 'ann', id: 583231, type: 'User' }, role: 'maintainer' } });

const teamParams = orgParams.extend({ slug: teamParameter });
const teamCursor = defineCursor('listTeams', teamKeys);
const memberCursor = defineCursor('listTeamMembers', teamMemberKeys);

const list = listRoute({
  operationId: 'listTeams',
  path: '/api/v1/orgs/{org}/teams',
  tag: 'Teams and access',
  summary: 'List teams',
  description: 'By slug.',
  params: orgParams,
  filters: {},
  cursor: teamCursor,
  item: teamSchema,
});

const get = readRoute({
  operationId: 'getTeam',
  path: '/api/v1/orgs/{org}/teams/{slug}',
  tag: 'Teams and access',
  summary: 'Get a team',
  params: teamParams,
  response: teamSchema,
});

const patch = patchFieldsRoute({
  operationId: 'changeTeam',
  path: '/api/v1/orgs/{org}/teams/{slug}',
  tag: 'Teams and access',
  summary: "Set a team's lead",
  description: 'GitHub knows of none, so what is set here stays.',
  params: teamParams,
  request: z
    .strictObject({
      lead: label.nullable().openapi({ description: "A login, in any case, or GitHub's id; null: nobody." }),
    })
    .openapi('TeamPatch', { example: { lead: 'ann' } }),
  response: teamSchema,
});

const members = listRoute({
  operationId: 'listTeamMembers',
  path: '/api/v1/orgs/{org}/teams/{slug}/members',
  tag: 'Teams and access',
  summary: "List a team's members",
  description: 'Its own, by id; those of the teams under it are left out.',
  params: teamParams,
  filters: {},
  cursor: memberCursor,
  item: memberSchema,
});

export function addTeams(api: Api): void {
  api.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const rows = await inOrg(c, (trx, org) => listTeams(trx, org, query));
    return c.json(pageOf(c, { rows, limit: query.limit, cursor: teamCursor, present: presentTeam }), 200);
  });
  api.openapi(get, async (c) => {
    const { slug } = c.req.valid('param');
    const row = await inOrg(c, (trx, org) => getTeam(trx, org, slug));
    return c.json(presentTeam(row), 200);
  });
  api.openapi(patch, async (c) => {
    const { slug } = c.req.valid('param');
    const { lead } = c.req.valid('json');
    const row = await inOrg(c, async (trx, org) => {
      const team = await getTeam(trx, org, slug);
      await setTeamLead(trx, org.tenant_id, { team, before: accountOf(team), lead, actor: actorOf(c) });
      return getTeam(trx, org, slug);
    });
    return c.json(presentTeam(row), 200);
  });
  api.openapi(members, async (c) => {
    const query = c.req.valid('query');
    const { slug } = c.req.valid('param');
    const rows = await inOrg(c, async (trx, org) => {
      const { team_id: teamId } = await getTeam(trx, org, slug);
      return listTeamMembers(trx, org, { ...query, teamId });
    });
    return c.json(pageOf(c, { rows, limit: query.limit, cursor: memberCursor, present: presentMember }), 200);
  });
}

function presentTeam(row: TeamRow): z.infer<typeof teamSchema> {
  const { team_id: id, slug, name, parent_id, parent_slug, members, repositories } = row;
  const parent = parent_id === null || parent_slug === null ? null : { id: parent_id, slug: parent_slug };
  return { id, slug, name, parent, lead: accountOf(row), members, repositories };
}

function presentMember(row: TeamMemberRow): z.infer<typeof memberSchema> {
  return { person: accountOf(row), role: row.role };
}
