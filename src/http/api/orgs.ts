import { z } from '@hono/zod-openapi';
import { sql } from 'kysely';
import type { Database } from '../../../db/connection.ts';
import { enterTenant, leaveTenant, type Trx } from '../../../db/tenant.ts';
import type { Api, ApiDeps } from './api-env.ts';
import { countFacts, countsExample, countsSchema } from './counts.ts';
import { callerOf } from './caller.ts';
import { defineCursor, idKey, type KeysOf, textKey } from './cursor.ts';
import { inOrg, type Org } from './org-scope.ts';
import { pageOf } from './page.ts';
import { iso, orgParams, timestamp } from './parameters.ts';
import { listRoute, readRoute } from './route.ts';
import { listTenantIds } from './standing.ts';

export const orgExample = {
  id: 9919,
  login: 'acme',
  type: 'Organization',
  installation_id: 48211,
  suspended_at: null,
  plan: 'enterprise',
  created_at: '2026-03-01T12:30:00.000Z',
};

export const orgSchema = z
  .object({
    id: z.int().openapi({ description: "The account's id on GitHub." }),
    login: z.string(),
    type: z.enum(['Organization', 'User']),
    installation_id: z.int().nullable().openapi({ description: 'Null when the app is not installed any more.' }),
    suspended_at: timestamp.nullable(),
    plan: z.string(),
    created_at: timestamp.openapi({ description: 'When Shiplog first heard of it.' }),
  })
  .openapi('Org', {
    example: orgExample,
  });
const orgWithCounts = orgSchema
  .extend({ counts: countsSchema })
  .openapi('OrgWithCounts', { example: { ...orgExample, counts: countsExample } });

const keys = [textKey, idKey] as const;
const cursor = defineCursor('listOrgs', keys);

const list = listRoute({
  operationId: 'listOrgs',
  path: '/api/v1/orgs',
  tag: 'Organizations',
  summary: 'List organizations',
  description:
    'Organizations and users that have the app installed, or had it until lately, and that the caller belongs to; by login.',
  params: z.object({}),
  filters: {},
  cursor,
  item: orgSchema,
});

const get = readRoute({
  operationId: 'getOrg',
  path: '/api/v1/orgs/{org}',
  tag: 'Organizations',
  summary: 'Get an organization',
  params: orgParams,
  response: orgWithCounts,
});

export function addOrgs(api: Api, { db }: ApiDeps): void {
  api.openapi(list, async (c) => {
    const { limit, cursor: after } = c.req.valid('query');
    const tenantIds = await listTenantIds(db, { caller: callerOf(c), servedTenantId: c.var.servedTenantId });
    const rows = await listOrgs(db, { limit, after, tenantIds });
    return c.json(pageOf(c, { rows, limit, cursor, present: presentOrg }), 200);
  });
  api.openapi(get, async (c) => {
    const body = await inOrg(c, async (trx, org) => ({
      ...presentOrg({ ...org, ...(await findInstallation(trx, org.tenant_id)) }),
      counts: await countFacts(trx, org.tenant_id),
    }));
    return c.json(body, 200);
  });
}

export interface Installation {
  readonly installation_id: number | null;
  readonly suspended_at: Date | null;
}

export function presentOrg(row: Org & Installation): z.infer<typeof orgSchema> {
  return {
    id: row.tenant_id,
    login: row.login,
    type: row.type,
    installation_id: row.installation_id,
    suspended_at: iso(row.suspended_at),
    plan: row.plan,
    created_at: iso(row.created_at),
  };
}

interface OrgsPage {
  readonly limit: number;
  readonly after: KeysOf<typeof keys> | undefined;
  /** Only these; undefined: all. */
  readonly tenantIds: readonly number[] | undefined;
}

function listOrgs(db: Database, { limit, after, tenantIds }: OrgsPage) {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<Org & { position: [string, number] }>`
      select tenant_id, login, type, plan, created_at, json_build_array(lower(login), tenant_id) as position
      from tenants
      where ${after ? sql`(lower(login), tenant_id) > (${after[0]}::text, ${after[1]}::bigint)` : sql`true`}
        and ${tenantIds ? sql`tenant_id = any(${tenantIds}::bigint[])` : sql`true`}
      order by lower(login), tenant_id limit ${limit + 1}`.execute(trx);
    // Installations are each tenant's own, so they are read as that tenant.
    const orgs: (Org & Installation & { position: [string, number] })[] = [];
    for (const org of rows) {
      await enterTenant(trx, org.tenant_id);
      orgs.push({ ...org, ...(await findInstallation(trx, org.tenant_id)) });
      await leaveTenant(trx);
    }
    return orgs;
  });
}

async function findInstallation(trx: Trx, tenantId: number): Promise<Installation> {
  const { rows } = await sql<Installation>`
    select installation_id, suspended_at from installations
    where tenant_id = ${tenantId} and deleted_at is null order by installation_id desc limit 1`.execute(trx);
  return rows[0] ?? { installation_id: null, suspended_at: null };
}
