import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { NotFoundError } from '../../errors.ts';
import { createShare, deleteShare, listShares, type Share } from '../../tenancy/shares.ts';
import { actorOf } from './actor.ts';
import type { Api, ApiEnv } from './api-env.ts';
import { callerOf } from './caller.ts';
import { defineCursor, idKey } from './cursor.ts';
import { inOrg, inWholeOrg } from './org-scope.ts';
import { pageOf } from './page.ts';
import { idParameter, iso, label, orgParams, timestamp } from './parameters.ts';
import { creationRoute } from './post-route.ts';
import { listRoute, removeRoute } from './route.ts';
import { queryOfView, shareViewSchema, withIds } from './share-view.ts';

const tag = 'Shares';
const path = '/api/v1/orgs/{org}/shares';
export const sharedPath = '/api/v1/shares';
const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;

const example = {
  id: 5,
  name: 'For the board',
  view: { metrics: ['deployment-frequency', 'lead-time'], team: '42' },
  created_by: 'ann',
  created_at: '2026-03-01T12:30:00.000Z',
  expires_at: '2026-03-31T12:30:00.000Z',
};

const shareSchema = z
  .object({
    id: z.int(),
    name: z.string(),
    view: shareViewSchema.openapi({ description: 'The repository and the team by id: names change.' }),
    created_by: z.string(),
    created_at: timestamp,
    expires_at: timestamp,
  })
  .openapi('Share', { example });

const createdSchema = shareSchema
  .extend({ url: z.string().openapi({ description: 'Its address. It is shown this once, and stored nowhere.' }) })
  .openapi('CreatedShare', {
    example: {
      ...example,
      url: 'https://shiplog.example/api/v1/shares/shs_7p7_Vwq3mBf0gk0X1o4yq1m5uZ9mZ2vRrQhXw7n0a1bx4Qe',
    },
  });

const cursor = defineCursor('listShares', [idKey]);

const list = listRoute({
  operationId: 'listShares',
  path,
  tag,
  summary: 'List shares',
  description: 'The oldest first, with those that have expired.',
  params: orgParams,
  filters: {},
  cursor,
  item: shareSchema,
});

const create = creationRoute({
  operationId: 'createShare',
  path,
  tag,
  summary: 'Share a view of the metrics',
  description: `A link for people who have no account: whoever has it may read these metrics, and nothing else. They are of the repositories that
you may read, as long as you may, and as long as you may share.`,
  params: orgParams,
  request: z.strictObject({
    name: label.openapi({ description: 'For whom, or what for.', example: 'For the board' }),
    view: shareViewSchema.default({}),
    expires_in_days: z.int().min(1).max(366).default(DEFAULT_DAYS),
  }),
  response: createdSchema,
});

const remove = removeRoute({
  operationId: 'deleteShare',
  path: `${path}/{id}`,
  tag,
  summary: 'Take back a share',
  description: 'At once.',
  params: orgParams.extend({
    id: idParameter.openapi({ param: { name: 'id', in: 'path', required: true }, example: 5 }),
  }),
  response: shareSchema,
});

export function addShares(api: Api): void {
  api.openapi(list, async (c) => {
    const { limit, cursor: after } = c.req.valid('query');
    const page = { limit: limit + 1, after: after?.[0] };
    const found = await inWholeOrg(c, (trx, org) => listShares(trx, org.tenant_id, page));
    const rows = found.map((row) => Object.assign(row, { position: [row.share_id] }));
    return c.json(pageOf(c, { rows, limit, cursor, present }), 200);
  });
  api.openapi(create, async (c) => {
    const { name, view: asked, expires_in_days: days } = c.req.valid('json');
    const expiresAt = new Date(Date.now() + days * DAY_MS);
    const share = await inOrg(c, async (trx, org) => {
      const view = await withIds(trx, org, asked);
      await queryOfView(trx, org, view);
      return createShare(trx, org.tenant_id, { name, view, userId: userIdOf(c), expiresAt, actor: actorOf(c) });
    });
    return c.json({ ...present(share), url: urlOf(c, share.secret) }, 201);
  });
  api.openapi(remove, async (c) => {
    const { id: shareId } = c.req.valid('param');
    const share = await inWholeOrg(c, (trx, org) => deleteShare(trx, org.tenant_id, { shareId, actor: actorOf(c) }));
    if (!share) throw new NotFoundError(`There is no share ${shareId} here.`);
    return c.json(present(share), 200);
  });
}

function userIdOf(c: Context<ApiEnv>): number | null {
  const caller = callerOf(c);
  return caller.kind === 'person' ? caller.session.userId : null;
}

function urlOf(c: Context<ApiEnv>, secret: string): string {
  return new URL(`${sharedPath}/${secret}`, c.var.publicUrl ?? c.req.url).href;
}

function present(share: Share): z.infer<typeof shareSchema> {
  const { share_id: id, name, view, created_by, created_at, expires_at } = share;
  return {
    id,
    name,
    view: shareViewSchema.parse(view),
    created_by,
    created_at: iso(created_at),
    expires_at: iso(expires_at),
  };
}
