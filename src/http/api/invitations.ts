import { z } from '@hono/zod-openapi';
import { ConflictError, InvalidPayloadError, NotFoundError } from '../../errors.ts';
import { checkGift } from '../../tenancy/change-members.ts';
import {
  createInvitation,
  deleteInvitation,
  type Invitation,
  type Invitee,
  listInvitations,
} from '../../tenancy/invitations.ts';
import { findMember } from '../../tenancy/members.ts';
import { roles } from '../../tenancy/roles.ts';
import { actorOf } from './actor.ts';
import type { Api } from './api-env.ts';
import { defineCursor, idKey } from './cursor.ts';
import { invitationExample, invitationSchema, ownFlagFields, ownFlagsOf } from './member-schema.ts';
import { inWholeOrg, standingOf } from './org-scope.ts';
import { pageOf } from './page.ts';
import { idParameter, iso, label, orgParams } from './parameters.ts';
import { creationRoute } from './post-route.ts';
import { listRoute, removeRoute } from './route.ts';

const tag = 'Members';
const path = '/api/v1/orgs/{org}/invitations';
const DAY_MS = 86_400_000;
const cursor = defineCursor('listInvitations', [idKey]);

const sentSchema = invitationSchema
  .extend({
    url: z.url().openapi({
      description:
        'For the invited person to open, who logs in with GitHub. It is shown this once; Shiplog sends no mail.',
    }),
  })
  .openapi('SentInvitation', {
    example: { ...invitationExample, url: 'https://shiplog.example/login?invitation=shi_7p7_…' },
  });

const create = creationRoute({
  operationId: 'inviteMember',
  path: '/api/v1/orgs/{org}/members',
  tag,
  summary: 'Invite somebody',
  description:
    'By GitHub login, or by an email that GitHub has verified as theirs: nobody else can accept it, and once. They need not belong to the organization on GitHub, and see the repositories that they may read there.',
  params: orgParams,
  request: z.strictObject({
    login: label.optional().openapi({ example: 'kim' }),
    email: z.email().max(200).optional(),
    role: z.enum(roles),
    ...ownFlagFields,
    expires_in_days: z.int().min(1).max(30).default(7),
  }),
  response: sentSchema,
});

const list = listRoute({
  operationId: 'listInvitations',
  path,
  tag,
  summary: 'List invitations',
  description: 'That can still be accepted, the oldest first.',
  params: orgParams,
  filters: {},
  cursor,
  item: invitationSchema,
});

const remove = removeRoute({
  operationId: 'deleteInvitation',
  path: `${path}/{id}`,
  tag,
  summary: 'Take an invitation back',
  params: orgParams.extend({
    id: idParameter.openapi({ param: { name: 'id', in: 'path', required: true }, example: 5 }),
  }),
  response: invitationSchema,
});

export function addInvitations(api: Api): void {
  api.openapi(create, async (c) => {
    const { login, email, role, expires_in_days: days, ...given } = c.req.valid('json');
    const invitee = inviteeOf({ login, email });
    const ownFlags = ownFlagsOf(given);
    checkGift(standingOf(c), { role, ...ownFlags });
    const expiresAt = new Date(Date.now() + days * DAY_MS);
    const invitation = { invitee, role, ownFlags, expiresAt, actor: actorOf(c) };
    const sent = await inWholeOrg(c, async (trx, org) => {
      const isMember = login !== undefined && (await findMember(trx, org.tenant_id, { login, userId: null }));
      if (isMember) throw new ConflictError(`"${login}" is a member already: change their role.`);
      return createInvitation(trx, org.tenant_id, invitation);
    });
    const url = new URL('/login', c.var.publicUrl ?? c.req.url);
    url.searchParams.set('invitation', sent.secret);
    return c.json({ ...present(sent), url: url.href }, 201);
  });
  api.openapi(list, async (c) => {
    const { limit, cursor: after } = c.req.valid('query');
    const page = { limit: limit + 1, after: after?.[0] };
    const rows = await inWholeOrg(c, (trx, org) => listInvitations(trx, org.tenant_id, page));
    const positioned = rows.map((row) => Object.assign(row, { position: [row.invitation_id] }));
    return c.json(pageOf(c, { rows: positioned, limit, cursor, present }), 200);
  });
  api.openapi(remove, async (c) => {
    const { id: invitationId } = c.req.valid('param');
    const removal = { invitationId, actor: actorOf(c) };
    const removed = await inWholeOrg(c, (trx, org) => deleteInvitation(trx, org.tenant_id, removal));
    if (!removed) throw new NotFoundError(`There is no open invitation ${invitationId} here.`);
    return c.json(present(removed), 200);
  });
}

function inviteeOf({ login, email }: { login: string | undefined; email: string | undefined }): Invitee {
  if (login !== undefined && email === undefined) return { kind: 'login', name: login };
  if (email !== undefined && login === undefined) return { kind: 'email', name: email };
  throw new InvalidPayloadError('Give `login` or `email`, one of them.');
}

function present(row: Invitation): z.infer<typeof invitationSchema> {
  return {
    id: row.invitation_id,
    login: row.invitee_kind === 'login' ? row.invitee : null,
    email: row.invitee_kind === 'email' ? row.invitee : null,
    role: row.role,
    ...ownFlagsOf(row),
    invited_by: row.invited_by,
    created_at: iso(row.created_at),
    expires_at: iso(row.expires_at),
  };
}
