import { z } from '@hono/zod-openapi';
import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { levelSchema } from './access-entry.ts';
import type { Api } from './api-env.ts';
import { defineCursor, idKey, type KeysOf, timeKey } from './cursor.ts';
import { inOrg, type Org, repositoryIdOf } from './org-scope.ts';
import { allOf, pageOf, timeKeyOf, timeOf } from './page.ts';
import { authorFilter, iso, orgParams, repositoryFilter, timeFilters, timestamp } from './parameters.ts';
import { type AuthorColumns, accountOf, accountSchema, findIdentity } from './person.ts';
import { listRoute } from './route.ts';

const changeSchema = z
  .object({
    at: timestamp.openapi({ description: 'When Shiplog saw it.' }),
    person: accountSchema.nullable(),
    repository: z.string(),
    from: levelSchema,
    to: levelSchema,
    path: z.string().nullable().openapi({ description: 'What grants the new level.' }),
  })
  .openapi('AccessChange', {
    example: {
      at: '2026-03-01T12:30:00.000Z',
      person: { login: 'ann', id: 583231, type: 'User' },
      repository: 'acme/shop',
      from: 'read',
      to: 'write',
      path: 'team backend › platform',
    },
  });

const keys = [timeKey, idKey, idKey] as const;
const cursor = defineCursor('listAccessChanges', keys);

const list = listRoute({
  operationId: 'listAccessChanges',
  path: '/api/v1/orgs/{org}/access/changes',
  tag: 'Teams and access',
  summary: 'List who gained or lost access',
  description: 'The latest first. What the first reading of a repository found is no change.',
  params: orgParams,
  filters: { repository: repositoryFilter, person: authorFilter, ...timeFilters('at') },
  cursor,
  item: changeSchema,
});

interface ChangeRow extends AuthorColumns {
  readonly at: Date;
  readonly repository: string;
  readonly from_level: z.infer<typeof levelSchema>;
  readonly to_level: z.infer<typeof levelSchema>;
  readonly path: string | null;
  readonly position: [string, number, number];
}

export function addAccessChanges(api: Api): void {
  api.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const rows = await inOrg(c, (trx, org) => listChanges(trx, org, query));
    return c.json(pageOf(c, { rows, limit: query.limit, cursor, present }), 200);
  });
}

function present(row: ChangeRow): z.infer<typeof changeSchema> {
  const { repository, from_level: from, to_level: to, path } = row;
  return { at: iso(row.at), person: accountOf(row), repository, from, to, path };
}

interface ChangesQuery {
  readonly limit: number;
  readonly cursor?: KeysOf<typeof keys> | undefined;
  readonly repository?: string | undefined;
  readonly person?: string | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

async function listChanges(trx: Trx, org: Org, query: ChangesQuery): Promise<ChangeRow[]> {
  const { tenant_id } = org;
  const { limit, cursor: after, since, until } = query;
  const repositoryId = await repositoryIdOf(trx, org, query.repository);
  const person = await findIdentity(trx, tenant_id, query.person);
  const where = (column: 'valid_from' | 'valid_to') => {
    const at = sql.ref(column);
    return allOf([
      sql`tenant_id = ${tenant_id}`,
      repositoryId === undefined ? undefined : sql`repository_id = ${repositoryId}::bigint`,
      person && sql`user_id = any(${person.contributorIds}::bigint[])`,
      since && sql`${at} >= ${since}::timestamptz`,
      until && sql`${at} < ${until}::timestamptz`,
      after && sql`(${at}, repository_id, user_id) < (${timeOf(after[0])}, ${after[1]}::bigint, ${after[2]}::bigint)`,
    ]);
  };
  const { rows } = await sql<ChangeRow>`
    with changes as (
      (select valid_from as at, repository_id, user_id, previous_level as from_level, level as to_level, path
        from repository_access where ${where('valid_from')} and previous_level <> level
        order by valid_from desc, repository_id desc, user_id desc limit ${limit + 1})
      union all
      (select valid_to, repository_id, user_id, level, 'none', null
        from repository_access where ${where('valid_to')} and ended and level <> 'none'
        order by valid_to desc, repository_id desc, user_id desc limit ${limit + 1})
    )
    select x.at, r.full_name as repository, x.from_level, x.to_level, x.path, x.user_id as author_id,
      c.login as author_login, c.type as author_type,
      json_build_array(${timeKeyOf('x.at')}, x.repository_id, x.user_id) as position
    from changes x
    join repositories r on r.tenant_id = ${tenant_id} and r.repository_id = x.repository_id
    left join contributors c on c.tenant_id = ${tenant_id} and c.contributor_id = x.user_id
    order by x.at desc, x.repository_id desc, x.user_id desc limit ${limit + 1}`.execute(trx);
  return rows;
}
