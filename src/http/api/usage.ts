import { z } from '@hono/zod-openapi';
import { listUsage, type UsageMonth } from '../../tenancy/list-usage.ts';
import type { Api } from './api-env.ts';
import { defineCursor } from './cursor.ts';
import { inWholeOrg } from './org-scope.ts';
import { pageOf } from './page.ts';
import { iso, orgParams, timestamp } from './parameters.ts';
import { listRoute } from './route.ts';

const usageSchema = z
  .object({
    month: z.string().openapi({ description: 'In UTC.' }),
    repositories: z
      .int()
      .nullable()
      .openapi({ description: 'That were tracked, the most at once; null until it is measured.' }),
    members: z.int().nullable().openapi({ description: 'The most at once; null until it is measured.' }),
    deliveries: z.int().openapi({ description: 'Webhooks that were received, held ones too; each once.' }),
    delivery_bytes: z.int().openapi({ description: 'What they took, compressed.' }),
    check_runs: z.int().openapi({ description: 'That were made on GitHub.' }),
    storage_bytes: z.int().nullable().openapi({
      description:
        'What all rows took, deliveries too, without indexes: the most, measured at night; null until it is measured.',
    }),
    measured_at: timestamp
      .nullable()
      .openapi({ description: 'Last; every hour. Deliveries and check runs are counted as they come.' }),
  })
  .openapi('UsageMonth', {
    example: {
      month: '2026-03',
      repositories: 12,
      members: 31,
      deliveries: 18_204,
      delivery_bytes: 31_250_112,
      check_runs: 640,
      storage_bytes: 208_114_688,
      measured_at: '2026-03-31T23:07:00.000Z',
    },
  });

const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/);
const cursor = defineCursor('listUsage', [month]);

const list = listRoute({
  operationId: 'listUsage',
  path: '/api/v1/orgs/{org}/usage',
  tag: 'Plan and usage',
  summary: 'List the usage by month',
  description: 'The latest month first.',
  params: orgParams,
  filters: {},
  cursor,
  item: usageSchema,
});

export function addUsage(api: Api): void {
  api.openapi(list, async (c) => {
    const { limit, cursor: after } = c.req.valid('query');
    const rows = await inWholeOrg(c, (trx, { tenant_id }) =>
      listUsage(trx, tenant_id, { limit: limit + 1, before: after?.[0] }),
    );
    return c.json(pageOf(c, { rows, limit, cursor, present }), 200);
  });
}

function present(row: UsageMonth): z.infer<typeof usageSchema> {
  const { month, repositories, members, deliveries, delivery_bytes, check_runs, storage_bytes, measured_at } = row;
  const counted = { repositories, members, deliveries, delivery_bytes, check_runs, storage_bytes };
  return { month, ...counted, measured_at: iso(measured_at) };
}
