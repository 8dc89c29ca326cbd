import { z } from '@hono/zod-openapi';
import { narrowToRepositories, withTenant } from '../../../db/tenant.ts';
import { findReadable } from '../../access/readable-repositories.ts';
import { NotFoundError } from '../../errors.ts';
import { type AnyMetricResult, anyMetricNames, queryAnyMetric } from '../../metrics/query/any-metric.ts';
import { findShared } from '../../tenancy/shares.ts';
import type { Api } from './api-env.ts';
import { metricSchema, presentMetric } from './metric-schema.ts';
import { findOrg } from './org-scope.ts';
import { iso, timestamp } from './parameters.ts';
import { readRoute } from './route.ts';
import { queryOfView, shareViewSchema } from './share-view.ts';
import { sharedPath } from './shares.ts';

const sharedSchema = z.object({
  name: z.string(),
  org: z.string(),
  expires_at: timestamp,
  data: z.array(metricSchema),
});

const get = readRoute({
  operationId: 'getShared',
  path: `${sharedPath}/{token}`,
  tag: 'Shares',
  summary: 'Get what is shared',
  description: '404 once it has expired, is taken back, or who shared it may not any more.',
  params: z.object({
    token: z
      .string()
      .min(1)
      .max(200)
      .openapi({
        param: { name: 'token', in: 'path' },
        description: 'The last part of its address.',
        example: 'shs_7p7_Vwq3mBf0gk0X1o4yq1m5uZ9mZ2vRrQhXw7n0a1bx4Qe',
      }),
  }),
  response: sharedSchema,
});

export function addShared(api: Api): void {
  api.openapi(get, async (c) => {
    const { db, servedTenantId } = c.var;
    const share = await findShared(db, c.req.valid('param').token);
    const isServed = servedTenantId === undefined || servedTenantId === share?.tenantId;
    const org = share && isServed ? await findOrg(db, String(share.tenantId)) : undefined;
    if (!share || !org) throw new NotFoundError('There is nothing shared here, or not any more.');
    const view = shareViewSchema.parse(share.view);
    const data = await withTenant(db, share.tenantId, async (trx) => {
      const readable = share.user_id === null ? undefined : await findReadable(trx, share.tenantId, share.user_id);
      if (readable) await narrowToRepositories(trx, readable);
      const query = await queryOfView(trx, org, view);
      const results: AnyMetricResult[] = [];
      for (const name of view.metrics ?? anyMetricNames) results.push(await queryAnyMetric(trx, { name }, query));
      return results.map(presentMetric);
    });
    return c.json({ name: share.name, org: org.login, expires_at: iso(share.expires_at), data }, 200);
  });
}
