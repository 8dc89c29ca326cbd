import { z } from '@hono/zod-openapi';
import { NotFoundError } from '../../errors.ts';
import { replayDelivery } from '../../intake/replay-delivery.ts';
import { actorOf } from './actor.ts';
import type { Api, ApiDeps } from './api-env.ts';
import { defineCursor } from './cursor.ts';
import { type DeliveryRow, deliveryKeys, findDelivery, listDeliveries } from './delivery-rows.ts';
import { pageOf } from './page.ts';
import { iso, textFilter, timestamp } from './parameters.ts';
import { actionRoute } from './post-route.ts';
import { listRoute, readRoute } from './route.ts';

const deliveryState = z.enum(['pending', 'applied', 'ignored', 'held', 'dead']);
const guid = z.guid().openapi({
  param: { name: 'guid', in: 'path' },
  description: "GitHub's `X-GitHub-Delivery`.",
  example: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
});

const deliverySchema = z
  .object({
    guid: z.string(),
    event: z.string(),
    action: z.string().nullable(),
    org: z
      .string()
      .nullable()
      .openapi({ description: 'Login; null until the delivery has been read, or if it has none.' }),
    received_at: timestamp,
    state: deliveryState.openapi({
      description:
        '`pending`: to be applied, perhaps for another time. `applied`: its facts are stored. `ignored`: there is nothing to store, `error` says why. `held`: its repository is not tracked. `dead`: it failed, `error` says why; replay it when the cause is gone.',
    }),
    attempts: z.int(),
    error: z.string().nullable(),
  })
  .openapi('Delivery', {
    example: {
      guid: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      event: 'pull_request',
      action: 'opened',
      org: 'acme',
      received_at: '2026-03-01T12:30:00.000Z',
      state: 'applied',
      attempts: 1,
      error: null,
    },
  });

const cursor = defineCursor('listDeliveries', deliveryKeys);
const guidParams = z.object({ guid });

const list = listRoute({
  operationId: 'listDeliveries',
  path: '/api/v1/admin/deliveries',
  tag: 'Administration',
  summary: 'List webhook deliveries',
  description: 'As they came, the latest first.',
  params: z.object({}),
  filters: {
    state: deliveryState.optional().openapi({ description: 'Only in this state.' }),
    event: textFilter.openapi({ description: 'Only of this event.' }),
    org: textFilter.openapi({ description: 'Only of this organization: login, in any case, or id.' }),
  },
  cursor,
  item: deliverySchema,
});

const get = readRoute({
  operationId: 'getDelivery',
  path: '/api/v1/admin/deliveries/{guid}',
  tag: 'Administration',
  summary: 'Get a webhook delivery',
  params: guidParams,
  response: deliverySchema,
});

const replay = actionRoute({
  operationId: 'replayDelivery',
  path: '/api/v1/admin/deliveries/{guid}/replay',
  tag: 'Administration',
  summary: 'Apply a webhook delivery again',
  description: 'Whatever its state. Doing it twice does no harm. Follow it with `GET` on the delivery.',
  params: guidParams,
  response: deliverySchema,
});

export function addDeliveries(api: Api, { db, queue }: ApiDeps): void {
  api.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const rows = await listDeliveries(db, query);
    return c.json(pageOf(c, { rows, limit: query.limit, cursor, present }), 200);
  });
  api.openapi(get, async (c) => c.json(present(await getDelivery(c.req.valid('param').guid)), 200));
  api.openapi(replay, async (c) => {
    const { guid } = c.req.valid('param');
    const before = await getDelivery(guid);
    if (!(await replayDelivery(db, { guid, actor: actorOf(c) }, queue)))
      throw new NotFoundError(`There is no delivery ${guid}.`);
    return c.json(present({ ...before, state: 'pending', attempts: 0, error: null }), 202);
  });

  async function getDelivery(guid: string): Promise<DeliveryRow> {
    const row = await findDelivery(db, guid);
    if (!row) throw new NotFoundError(`There is no delivery ${guid}.`);
    return row;
  }
}

function present(row: DeliveryRow): z.infer<typeof deliverySchema> {
  return {
    guid: row.guid,
    event: row.event,
    action: row.action,
    org: row.org,
    received_at: iso(row.received_at),
    state: row.state,
    attempts: row.attempts,
    error: row.error,
  };
}
