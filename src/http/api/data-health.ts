import type { z } from '@hono/zod-openapi';
import type { Api, ApiDeps } from './api-env.ts';
import { defineCursor, idKey, textKey } from './cursor.ts';
import { findingsOf } from './data-findings.ts';
import {
  type DeliveryScanRow,
  findDeliveryHealth,
  findTenantHealth,
  listRepositoryHealth,
  type RepositoryHealthRow,
  type TenantHealth,
  unread,
} from './data-health-rows.ts';
import { dataHealthSchema, repositoryHealthSchema } from './data-health-schema.ts';
import { inOrg, type Org } from './org-scope.ts';
import { pageOf } from './page.ts';
import { iso, orgParams } from './parameters.ts';
import { listRoute, readRoute } from './route.ts';

const MOST_REPOSITORIES = 100;

const get = readRoute({
  operationId: 'getDataHealth',
  path: '/api/v1/orgs/{org}/data-health',
  tag: 'Sync',
  summary: 'See whether the data is complete',
  description: "What is stored beside GitHub's own totals, what was missed, and what to do about it.",
  params: orgParams,
  response: dataHealthSchema,
});

const cursor = defineCursor('listRepositoryHealth', [textKey, idKey]);

const list = listRoute({
  operationId: 'listRepositoryHealth',
  path: '/api/v1/orgs/{org}/data-health/repositories',
  tag: 'Sync',
  summary: 'List how complete each repository is',
  description: 'By name.',
  params: orgParams,
  filters: {},
  cursor,
  item: repositoryHealthSchema,
});

export function addDataHealth(api: Api, deps: ApiDeps): void {
  api.openapi(get, async (c) => {
    const { org, tenant, repositories } = await inOrg(c, async (trx, found) => ({
      org: found,
      tenant: await findTenantHealth(trx, found.tenant_id),
      repositories: await listRepositoryHealth(trx, found.tenant_id, {
        limit: MOST_REPOSITORIES,
        after: undefined,
        incomplete: true,
      }),
    }));
    return c.json(await presentHealth(deps, { org, tenant, repositories }), 200);
  });
  api.openapi(list, async (c) => {
    const { limit, cursor: after } = c.req.valid('query');
    const rows = await inOrg(c, (trx, { tenant_id }) => listRepositoryHealth(trx, tenant_id, { limit, after }));
    return c.json(pageOf(c, { rows, limit, cursor, present: presentRepository }), 200);
  });
}

interface Found {
  readonly org: Org;
  readonly tenant: TenantHealth;
  readonly repositories: readonly RepositoryHealthRow[];
}

async function presentHealth(
  { db, connected }: ApiDeps,
  { org, tenant, repositories }: Found,
): Promise<z.infer<typeof dataHealthSchema>> {
  const { installationIds } = tenant;
  const deliveries = await findDeliveryHealth(db, { tenantId: org.tenant_id, installationIds });
  return {
    complete: repositories.length > 0 || tenant.listUnread ? false : tenant.totals.length === 0 ? null : true,
    checked_at: iso(tenant.checkedAt),
    totals: [...tenant.totals],
    last_webhook_at: iso(deliveries.lastWebhookAt),
    delivery_scan: deliveries.scan && presentScan(deliveries.scan),
    deliveries: { dead: deliveries.dead, lost: deliveries.lost },
    findings: findingsOf({ connected, tenant, deliveries, now: new Date() }),
    repositories: repositories.slice(0, MOST_REPOSITORIES).map(presentRepository),
  };
}

function presentScan(scan: DeliveryScanRow): NonNullable<z.infer<typeof dataHealthSchema>['delivery_scan']> {
  const { started_at, finished_at, covers_from, listed, recovered, lost } = scan;
  return {
    started_at: iso(started_at),
    finished_at: iso(finished_at),
    covers_from: iso(covers_from),
    listed,
    recovered,
    lost,
  };
}

function isComplete({ entities }: RepositoryHealthRow): boolean | null {
  if (entities.some(({ state }) => state !== null && unread.includes(state))) return false;
  const compared = entities.filter(({ total }) => total !== null);
  return compared.length === 0 ? null : compared.every(({ stored, total }) => (stored ?? 0) >= (total ?? 0));
}

function presentRepository(row: RepositoryHealthRow): z.infer<typeof repositoryHealthSchema> {
  return {
    id: row.repository_id,
    repository: row.full_name,
    complete: isComplete(row),
    entities: row.entities.map(({ entity, state, covered_until, stored, total, checked_at }) => ({
      entity,
      state,
      covered_until: iso(covered_until),
      stored,
      total,
      checked_at: iso(checked_at),
    })),
  };
}
