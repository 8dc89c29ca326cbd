import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { ForbiddenError, InvalidPayloadError, NotFoundError } from '../../errors.ts';
import {
  createToken,
  deleteToken,
  type IssuedToken,
  listTokens,
  rotateToken,
  type TokenRow,
} from '../../tenancy/change-tokens.ts';
import { isAtLeast, type Role, roles } from '../../tenancy/roles.ts';
import { leastRoleFor, type Scope, scopeMeanings, scopes } from '../../tenancy/scopes.ts';
import { actorOf } from './actor.ts';
import type { Api, ApiEnv } from './api-env.ts';
import { callerOf } from './caller.ts';
import { defineCursor, idKey } from './cursor.ts';
import { inWholeOrg, mustReadAll } from './org-scope.ts';
import { pageOf } from './page.ts';
import { idParameter, iso, label, orgParams, timestamp } from './parameters.ts';
import { creationRoute } from './post-route.ts';
import { listRoute, removeRoute } from './route.ts';

const tag = 'Tokens';
const path = '/api/v1/orgs/{org}/tokens';
const DAY_S = 86_400;
const DEFAULT_DAYS = 90;
const meanings = scopes.map((scope) => `\`${scope}\` ${scopeMeanings[scope]}`).join('; ');

const example = {
  id: 3,
  name: 'deploy pipeline',
  hint: 'x4Qe',
  role: 'admin',
  scopes: ['ingest'],
  created_by: 'ann',
  created_at: '2026-03-01T12:30:00.000Z',
  expires_at: '2026-05-30T12:30:00.000Z',
  rotated_at: null,
  last_used_at: '2026-03-02T08:24:00.000Z',
  last_used_address: '203.0.113.7',
};

const tokenSchema = z
  .object({
    id: z.int(),
    name: z.string(),
    hint: z.string().openapi({ description: 'The last characters of the token.' }),
    role: z.enum(roles),
    scopes: z.array(z.enum(scopes)),
    created_by: z.string(),
    created_at: timestamp,
    expires_at: timestamp.nullable().openapi({ description: 'Null: never.' }),
    rotated_at: timestamp.nullable(),
    last_used_at: timestamp.nullable().openapi({ description: 'To the minute.' }),
    last_used_address: z.string().nullable(),
  })
  .openapi('Token', { example });

const issuedSchema = tokenSchema
  .extend({
    token: z.string().openapi({ description: 'The token itself. It is shown this once, and stored nowhere.' }),
  })
  .openapi('IssuedToken', { example: { ...example, token: 'shp_7p7_Vwq3mBf0gk0X1o4yq1m5uZ9mZ2vRrQhXw7n0a1bx4Qe' } });

const TOKENS = 'A token reads';
const cursor = defineCursor('listTokens', [idKey]);
const tokenParams = orgParams.extend({
  id: idParameter.openapi({ param: { name: 'id', in: 'path', required: true }, example: 3 }),
});

const list = listRoute({
  operationId: 'listTokens',
  path,
  tag,
  summary: 'List API tokens',
  description: 'The oldest first, with those that have expired.',
  params: orgParams,
  filters: {},
  cursor,
  item: tokenSchema,
});

const create = creationRoute({
  operationId: 'createToken',
  path,
  tag,
  summary: 'Create an API token',
  description:
    'For a program. It sees every repository of the organization, so whoever may not read all of them on GitHub makes none.',
  params: orgParams,
  request: z.strictObject({
    name: label.openapi({ description: 'What it is for.', example: 'deploy pipeline' }),
    scopes: z
      .array(z.enum(scopes))
      .min(1)
      .max(scopes.length)
      .openapi({ description: `What it may do within its role: ${meanings}.`, example: ['ingest'] }),
    role: z.enum(roles).optional().openapi({ description: 'Unless given, the least that its scopes need.' }),
    expires_in_days: z
      .int()
      .min(1)
      .max(3_650)
      .nullable()
      .default(DEFAULT_DAYS)
      .openapi({ description: 'Null: it never expires.' }),
  }),
  response: issuedSchema,
});

const rotate = creationRoute({
  operationId: 'rotateToken',
  path: `${path}/{id}/rotate`,
  tag,
  summary: 'Rotate an API token',
  description: 'Gives it a new secret, and the time that it had at first.',
  params: tokenParams,
  request: z.strictObject({
    overlap_s: z
      .int()
      .min(0)
      .max(7 * DAY_S)
      .default(0)
      .openapi({ description: 'For how long the old secret holds as well, at most a week.' }),
  }),
  response: issuedSchema,
});

const remove = removeRoute({
  operationId: 'deleteToken',
  path: `${path}/{id}`,
  tag,
  summary: 'Revoke an API token',
  description: 'At once.',
  params: tokenParams,
  response: tokenSchema,
});

export function addTokens(api: Api): void {
  api.openapi(list, async (c) => {
    const { limit, cursor: after } = c.req.valid('query');
    const page = { limit: limit + 1, after: after?.[0] };
    const rows = await inWholeOrg(c, (trx, org) => listTokens(trx, org.tenant_id, page));
    const positioned = rows.map((row) => Object.assign(row, { position: [row.token_id] }));
    return c.json(pageOf(c, { rows: positioned, limit, cursor, present }), 200);
  });
  api.openapi(create, async (c) => {
    const { name, scopes: wanted, role = leastRoleFor(wanted), expires_in_days: days } = c.req.valid('json');
    checkWanted(c, { role, scopes: wanted });
    const expiresAt = days === null ? null : new Date(Date.now() + days * DAY_S * 1_000);
    const token = { name, role, scopes: [...new Set(wanted)], expiresAt, actor: actorOf(c) };
    const issued = await inWholeOrg(c, async (trx, org) => {
      await mustReadAll(c, trx, { org, what: TOKENS });
      return createToken(trx, org.tenant_id, token);
    });
    return c.json(presentIssued(issued), 201);
  });
  api.openapi(rotate, async (c) => {
    const { id: tokenId } = c.req.valid('param');
    const { overlap_s: overlapS } = c.req.valid('json');
    const rotation = { tokenId, overlapS, actor: actorOf(c) };
    const issued = await inWholeOrg(c, async (trx, org) => {
      await mustReadAll(c, trx, { org, what: TOKENS });
      const rotated = await rotateToken(trx, org.tenant_id, rotation);
      if (rotated) checkGift(c, rotated.scopes);
      return rotated;
    });
    if (!issued) throw notFound(tokenId);
    return c.json(presentIssued(issued), 201);
  });
  api.openapi(remove, async (c) => {
    const { id: tokenId } = c.req.valid('param');
    const token = await inWholeOrg(c, (trx, org) => deleteToken(trx, org.tenant_id, { tokenId, actor: actorOf(c) }));
    if (!token) throw notFound(tokenId);
    return c.json(present(token), 200);
  });
}

/** @throws InvalidPayloadError, or ForbiddenError when a token would give more than it has */
function checkWanted(c: Context<ApiEnv>, wanted: { role: Role; scopes: readonly Scope[] }): void {
  const least = leastRoleFor(wanted.scopes);
  if (!isAtLeast(wanted.role, least)) {
    throw new InvalidPayloadError(`\`role\`: these scopes need ${least}, or more; ${wanted.role} may do less.`);
  }
  checkGift(c, wanted.scopes);
}

/** @throws ForbiddenError */
function checkGift(c: Context<ApiEnv>, given: readonly Scope[]): void {
  const caller = callerOf(c);
  if (caller.kind !== 'token') return;
  const beyond = given.filter((scope) => !caller.token.scopes.includes(scope));
  if (beyond.length > 0) throw new ForbiddenError(`This token has no scope ${beyond.join(', ')} to give.`);
}

function notFound(tokenId: number): NotFoundError {
  return new NotFoundError(`There is no token ${tokenId} here.`);
}

function present(row: TokenRow): z.infer<typeof tokenSchema> {
  return {
    id: row.token_id,
    name: row.name,
    hint: row.hint,
    role: row.role,
    scopes: [...row.scopes],
    created_by: row.created_by,
    created_at: iso(row.created_at),
    expires_at: iso(row.expires_at),
    rotated_at: iso(row.rotated_at),
    last_used_at: iso(row.last_used_at),
    last_used_address: row.last_used_address,
  };
}

function presentIssued(row: IssuedToken): z.infer<typeof issuedSchema> {
  return { ...present(row), token: row.secret };
}
