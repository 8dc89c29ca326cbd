import { z } from '@hono/zod-openapi';
import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { NotFoundError } from '../../errors.ts';
import {
  atParameter,
  type EntryColumns,
  entryExample,
  entryOf,
  entryShape,
  inForce,
  NOT_READ,
} from './access-entry.ts';
import type { Api } from './api-env.ts';
import { defineCursor, idKey, type KeysOf, textKey } from './cursor.ts';
import { idOf, inOrg, type Org } from './org-scope.ts';
import { pageOf } from './page.ts';
import { loginParameter, orgParams } from './parameters.ts';
import { listRoute } from './route.ts';

const accessSchema = z.object({ repository: z.string(), ...entryShape }).openapi('PersonAccess', {
  example: { repository: 'acme/shop', ...entryExample },
});

const keys = [textKey, idKey] as const;
const cursor = defineCursor('listPersonAccess', keys);

const list = listRoute({
  operationId: 'listPersonAccess',
  path: '/api/v1/orgs/{org}/people/{login}/access',
  tag: 'Teams and access',
  summary: 'List what a person has access to',
  description: 'Every repository that there was, by name, also with `none`.',
  params: orgParams.extend({ login: loginParameter }),
  filters: { at: atParameter },
  cursor,
  item: accessSchema,
});

interface AccessRow extends EntryColumns {
  readonly full_name: string;
  readonly position: [string, number];
}

export function addPersonAccess(api: Api): void {
  api.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const { login } = c.req.valid('param');
    const rows = await inOrg(c, async (trx, org) => {
      const userId = await getUserId(trx, org, login);
      return listAccess(trx, org, { ...query, userId });
    });
    return c.json(pageOf(c, { rows, limit: query.limit, cursor, present }), 200);
  });
}

function present(row: AccessRow): z.infer<typeof accessSchema> {
  return { repository: row.full_name, ...entryOf(row) };
}

/** Of two accounts that had the login, the one that was seen with it last. */
async function getUserId(trx: Trx, org: Org, loginOrId: string): Promise<number> {
  const id = idOf(loginOrId);
  const { rows } = await sql<{ contributor_id: number }>`
    select contributor_id from contributors
    where tenant_id = ${org.tenant_id} and contributor_id > 0
      and (contributor_id = ${id}::bigint or lower(login) = lower(${loginOrId}))
    order by contributor_id = ${id}::bigint desc nulls last, observed_at desc limit 1`.execute(trx);
  if (!rows[0]) throw new NotFoundError(`There is nobody "${loginOrId}" in ${org.login}, or you may not see them.`);
  return rows[0].contributor_id;
}

interface AccessQuery {
  readonly userId: number;
  readonly limit: number;
  readonly cursor?: KeysOf<typeof keys> | undefined;
  readonly at?: Date | undefined;
}

/** Without a row it is none where the collaborators were read by then, and unknown elsewhere. */
async function listAccess(trx: Trx, org: Org, { userId, limit, cursor: after, at }: AccessQuery): Promise<AccessRow[]> {
  const { tenant_id } = org;
  const { rows } = await sql<AccessRow>`
    with asked as (select coalesce(${at ?? null}::timestamptz, now()) as at)
    select r.full_name, a.custom_role, a.path, a.computed_level, a.github_level, a.valid_from as since,
      case when a.user_id is not null then a.level when unread.reason is null then 'none' else 'unknown' end as level,
      case when a.user_id is not null then a.reason else unread.reason end as reason,
      json_build_array(lower(r.full_name), r.repository_id) as position
    from asked cross join repositories r
    left join repository_access a on a.tenant_id = ${tenant_id} and a.repository_id = r.repository_id
      and a.user_id = ${userId}::bigint and ${inForce('a', at)}
    left join access_reads s on s.tenant_id = ${tenant_id} and s.scope = 'collaborators' and s.repository_id = r.repository_id
    cross join lateral (
      select case when s.first_read_at is null or s.first_read_at > asked.at then ${NOT_READ}
        when s.read_at <= asked.at then s.reason end as reason
    ) unread
    where r.tenant_id = ${tenant_id} and r.full_name is not null
      and (r.deleted_at is null or r.deleted_at > asked.at) and (r.created_at is null or r.created_at <= asked.at)
      and ${after ? sql`(lower(r.full_name), r.repository_id) > (${after[0]}, ${after[1]}::bigint)` : sql`true`}
    order by lower(r.full_name), r.repository_id limit ${limit + 1}`.execute(trx);
  return rows;
}
