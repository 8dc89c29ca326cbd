import { z } from '@hono/zod-openapi';
import type { Trx } from '../../../db/tenant.ts';
import { NotFoundError } from '../../errors.ts';
import { changeMember, removeMember } from '../../tenancy/change-members.ts';
import { findMember, listMembers, type Member } from '../../tenancy/members.ts';
import { roles } from '../../tenancy/roles.ts';
import { actorOf } from './actor.ts';
import type { Api } from './api-env.ts';
import { patchRoute } from './change-route.ts';
import { defineCursor, idKey, textKey } from './cursor.ts';
import { memberSchema, ownFlagFields, presentMember } from './member-schema.ts';
import { idOf, inWholeOrg, type Org, standingOf } from './org-scope.ts';
import { pageOf } from './page.ts';
import { loginParameter, orgParams } from './parameters.ts';
import { listRoute, removeRoute } from './route.ts';

const tag = 'Members';
const path = '/api/v1/orgs/{org}/members';
const params = orgParams.extend({ login: loginParameter });
const cursor = defineCursor('listMembers', [textKey, idKey]);

const list = listRoute({
  operationId: 'listMembers',
  path,
  tag,
  summary: 'List members',
  description: 'Who has which role, by login.',
  params: orgParams,
  filters: {},
  cursor,
  item: memberSchema,
});

const patch = patchRoute({
  operationId: 'changeMember',
  path: `${path}/{login}`,
  tag,
  summary: 'Change the role or the flags of a member',
  description:
    'Nobody gives more than they have, or changes somebody of a higher role; the last owner stays one. A role that is set by hand stays, whatever GitHub says, until its person leaves the organization there.',
  params,
  filters: {},
  request: z.strictObject({
    role: z.enum(roles).nullable().optional().openapi({ description: 'Null: as GitHub has it.' }),
    ...ownFlagFields,
  }),
  response: memberSchema,
});

const remove = removeRoute({
  operationId: 'removeMember',
  path: `${path}/{login}`,
  tag,
  summary: 'Remove a member',
  description: 'Also one whom GitHub lists: an invitation brings them back. The last owner can not be removed.',
  params,
  response: memberSchema,
});

export function addMembers(api: Api): void {
  api.openapi(list, async (c) => {
    const { limit, cursor: after } = c.req.valid('query');
    const rows = await inWholeOrg(c, (trx, org) => listMembers(trx, org.tenant_id, { limit: limit + 1, after }));
    return c.json(pageOf(c, { rows, limit, cursor, present: presentMember }), 200);
  });
  api.openapi(patch, async (c) => {
    const { login } = c.req.valid('param');
    const change = { patch: c.req.valid('json'), giver: standingOf(c), actor: actorOf(c) };
    const changed = await inWholeOrg(c, async (trx, org) =>
      changeMember(trx, org.tenant_id, { ...change, member: await getMember(trx, org, login) }),
    );
    if (!changed) throw new NotFoundError(`GitHub does not list "${login}" any more, so they are no member now.`);
    return c.json(presentMember(changed), 200);
  });
  api.openapi(remove, async (c) => {
    const { login } = c.req.valid('param');
    const change = { giver: standingOf(c), actor: actorOf(c) };
    const removed = await inWholeOrg(c, async (trx, org) => {
      const member = await getMember(trx, org, login);
      await removeMember(trx, org.tenant_id, { ...change, member });
      return member;
    });
    return c.json(presentMember(removed), 200);
  });
}

async function getMember(trx: Trx, org: Org, login: string): Promise<Member> {
  const member = await findMember(trx, org.tenant_id, { login, userId: idOf(login) });
  if (!member) throw new NotFoundError(`There is no member "${login}" in ${org.login}.`);
  return member;
}
