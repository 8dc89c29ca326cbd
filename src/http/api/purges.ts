import { z } from '@hono/zod-openapi';
import { sendPurge } from '../../queue.ts';
import { requestPurge } from '../../tenancy/purge.ts';
import { getReceipt, listReceipts, type StoredReceipt } from '../../tenancy/purge-receipt.ts';
import type { Api, ApiDeps } from './api-env.ts';
import { startRemovalRoute } from './change-route.ts';
import { defineCursor, idKey } from './cursor.ts';
import { standingOf } from './org-scope.ts';
import { pageOf } from './page.ts';
import { idParameter, iso, orgParams, timestamp } from './parameters.ts';
import { listRoute, readRoute } from './route.ts';

const tag = 'Administration';

const purgeSchema = z
  .object({
    id: z.int(),
    org_id: z.int().openapi({ description: 'Of the account on GitHub. Its name is gone with it.' }),
    state: z.enum(['running', 'done', 'revived']).openapi({
      description: '`revived`: the App was installed again in the meantime, and the rest was left.',
    }),
    rows: z.record(z.string(), z.int()).openapi({ description: 'What was removed, in rows by table.' }),
    uninstalled_at: timestamp,
    started_at: timestamp,
    finished_at: timestamp.nullable(),
  })
  .openapi('Purge', {
    example: {
      id: 4,
      org_id: 9919,
      state: 'done',
      rows: { commits: 41_202, pull_requests: 3_120 },
      uninstalled_at: '2026-03-01T12:30:00.000Z',
      started_at: '2026-03-02T08:24:00.000Z',
      finished_at: '2026-03-02T08:24:31.000Z',
    },
  });

const remove = startRemovalRoute({
  operationId: 'deleteOrg',
  path: '/api/v1/admin/orgs/{org}',
  tag,
  summary: 'Delete an organization',
  description: `Everything that is stored of it, for good, without waiting for the days that an uninstalled account has. 409 while the App
is installed. The answer is the receipt: follow it with \`GET /api/v1/admin/purges/{id}\`.`,
  params: orgParams,
  response: purgeSchema,
});

const cursor = defineCursor('listPurges', [idKey]);

const list = listRoute({
  operationId: 'listPurges',
  path: '/api/v1/admin/purges',
  tag,
  summary: 'List the receipts of deleted organizations',
  description: 'The latest first. A receipt stays when its organization is gone.',
  params: z.object({}),
  filters: {},
  cursor,
  item: purgeSchema,
});

const get = readRoute({
  operationId: 'getPurge',
  path: '/api/v1/admin/purges/{id}',
  tag,
  summary: 'Get the receipt of a deleted organization',
  params: z.object({ id: idParameter.openapi({ param: { name: 'id', in: 'path', required: true }, example: 4 }) }),
  response: purgeSchema,
});

export function addPurges(api: Api, { db, queue }: ApiDeps): void {
  api.openapi(remove, async (c) => {
    const { tenant_id: tenantId } = standingOf(c).org;
    const receipt = await requestPurge(db, tenantId, (trx) => sendPurge(queue, trx, tenantId));
    return c.json(present(receipt), 202);
  });
  api.openapi(list, async (c) => {
    const { limit, cursor: after } = c.req.valid('query');
    const found = await listReceipts(db, { limit: limit + 1, before: after?.[0] });
    const rows = found.map((row) => Object.assign(row, { position: [row.purge_id] }));
    return c.json(pageOf(c, { rows, limit, cursor, present }), 200);
  });
  api.openapi(get, async (c) => c.json(present(await getReceipt(db, c.req.valid('param').id)), 200));
}

function present(receipt: StoredReceipt): z.infer<typeof purgeSchema> {
  const { purge_id: id, account_id: org_id, state, rows, uninstalled_at, started_at, finished_at } = receipt;
  return {
    id,
    org_id,
    state,
    rows,
    uninstalled_at: iso(uninstalled_at),
    started_at: iso(started_at),
    finished_at: iso(finished_at),
  };
}
