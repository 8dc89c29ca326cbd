import { z } from '@hono/zod-openapi';
import { sql } from 'kysely';
import type { Database } from '../../../db/connection.ts';
import { enterTenant, leaveTenant } from '../../../db/tenant.ts';
import type { Api, ApiDeps } from './api-env.ts';
import { defineCursor, idKey, type KeysOf } from './cursor.ts';
import type { Org } from './org-scope.ts';
import { type Installation, orgExample, orgSchema, presentOrg } from './orgs.ts';
import { pageOf } from './page.ts';
import { iso, timestamp } from './parameters.ts';
import { listRoute } from './route.ts';

const adminOrgSchema = orgSchema
  .extend({
    uninstalled_at: timestamp.nullable().openapi({
      description: 'When the last installation went; null while there is one, or where there never was any.',
    }),
    repositories: z.int().openapi({ description: 'That are tracked.' }),
    members: z.int(),
  })
  .openapi('AdminOrg', { example: { ...orgExample, uninstalled_at: null, repositories: 12, members: 31 } });

const keys = [idKey] as const;
const cursor = defineCursor('listAdminOrgs', keys);

const list = listRoute({
  operationId: 'listAdminOrgs',
  path: '/api/v1/admin/orgs',
  tag: 'Administration',
  summary: 'List every organization of this instance',
  description: 'By id, also those that have uninstalled the App and are not purged yet.',
  params: z.object({}),
  filters: {},
  cursor,
  item: adminOrgSchema,
});

export function addAdminOrgs(api: Api, { db }: ApiDeps): void {
  api.openapi(list, async (c) => {
    const { limit, cursor: after } = c.req.valid('query');
    const rows = await listAdminOrgs(db, { limit: limit + 1, after });
    return c.json(pageOf(c, { rows, limit, cursor, present }), 200);
  });
}

interface Standing extends Installation {
  readonly uninstalled_at: Date | null;
  readonly repositories: number;
  readonly members: number;
}

type AdminOrgRow = Org & Standing & { readonly position: readonly [number] };

function listAdminOrgs(
  db: Database,
  { limit, after }: { limit: number; after: KeysOf<typeof keys> | undefined },
): Promise<AdminOrgRow[]> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<Org>`
      select tenant_id, login, type, plan, created_at from tenants
      where tenant_id > ${after?.[0] ?? -1}::bigint order by tenant_id limit ${limit}`.execute(trx);
    const orgs: AdminOrgRow[] = [];
    // What stands of each is its own, so it is read as that tenant.
    for (const org of rows) {
      const { tenant_id: id } = org;
      await enterTenant(trx, id);
      const standing = await sql<Standing>`
        select i.installation_id, i.suspended_at,
          case when i.installation_id is null then (
            select max(deleted_at) from installations where tenant_id = ${id}) end as uninstalled_at,
          (select count(*) from repositories
            where tenant_id = ${id} and tracked and full_name is not null and deleted_at is null) as repositories,
          (select count(*) from members where tenant_id = ${id} and removed_at is null) as members
        from (select) as one left join lateral (
          select installation_id, suspended_at from installations
          where tenant_id = ${id} and deleted_at is null order by installation_id desc limit 1
        ) i on true`.execute(trx);
      const [found] = standing.rows;
      if (found) orgs.push({ ...org, ...found, position: [id] });
      await leaveTenant(trx);
    }
    return orgs;
  });
}

function present(row: AdminOrgRow): z.infer<typeof adminOrgSchema> {
  const { uninstalled_at, repositories, members } = row;
  return { ...presentOrg(row), uninstalled_at: iso(uninstalled_at), repositories, members };
}
