import { z } from '@hono/zod-openapi';
import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
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
import { defineCursor, idKey, type KeysOf } from './cursor.ts';
import { getRepositoryScope, inOrg, type Org } from './org-scope.ts';
import { pageOf } from './page.ts';
import { orgParams, repoParameter } from './parameters.ts';
import { type AuthorColumns, accountOf, accountSchema } from './person.ts';
import { listRoute } from './route.ts';

const accessSchema = z.object({ person: accountSchema.nullable(), ...entryShape }).openapi('RepositoryAccess', {
  example: { person: { login: 'ann', id: 583231, type: 'User' }, ...entryExample },
});

const keys = [idKey] as const;
const cursor = defineCursor('listRepositoryAccess', keys);

const list = listRoute({
  operationId: 'listRepositoryAccess',
  path: '/api/v1/orgs/{org}/repositories/{repo}/access',
  tag: 'Teams and access',
  summary: 'List who has access to a repository',
  description:
    'By id of the person. Who is not listed has none. Before the repository was read for the first time, everybody who is known is listed with `unknown`.',
  params: orgParams.extend({ repo: repoParameter }),
  filters: { at: atParameter },
  cursor,
  item: accessSchema,
});

interface AccessRow extends AuthorColumns, EntryColumns {
  readonly position: [number];
}

export function addRepositoryAccess(api: Api): void {
  api.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const { repo } = c.req.valid('param');
    const rows = await inOrg(c, (trx, org) => listAccess(trx, org, { ...query, repo }));
    return c.json(pageOf(c, { rows, limit: query.limit, cursor, present }), 200);
  });
}

function present(row: AccessRow): z.infer<typeof accessSchema> {
  return { person: accountOf(row), ...entryOf(row) };
}

interface AccessQuery {
  readonly repo: string;
  readonly limit: number;
  readonly cursor?: KeysOf<typeof keys> | undefined;
  readonly at?: Date | undefined;
}

async function listAccess(trx: Trx, org: Org, { repo, limit, cursor: after, at }: AccessQuery): Promise<AccessRow[]> {
  const { tenant_id } = org;
  const { repository_id } = await getRepositoryScope(trx, org, repo);
  const { rows } = await sql<AccessRow>`
    with known as (
      select from access_reads
      where tenant_id = ${tenant_id} and scope = 'collaborators' and repository_id = ${repository_id}
        and first_read_at <= coalesce(${at ?? null}::timestamptz, now())
    ),
    entries as (
      select user_id, level, custom_role, path, reason, computed_level, github_level, valid_from as since
      from repository_access a
      where tenant_id = ${tenant_id} and repository_id = ${repository_id} and ${inForce('a', at)}
      union all
      select user_id, 'unknown', null, null, ${NOT_READ}, null, null, null
      from (
        select user_id from organization_members where tenant_id = ${tenant_id} and removed_at is null
        union
        select user_id from repository_collaborators
        where tenant_id = ${tenant_id} and repository_id = ${repository_id} and removed_at is null
      ) people
      where not exists (select from known)
    )
    select e.*, e.user_id as author_id, c.login as author_login, c.type as author_type,
      json_build_array(e.user_id) as position
    from entries e
    left join contributors c on c.tenant_id = ${tenant_id} and c.contributor_id = e.user_id
    where ${after ? sql`e.user_id > ${after[0]}::bigint` : sql`true`}
    order by e.user_id limit ${limit + 1}`.execute(trx);
  return rows;
}
