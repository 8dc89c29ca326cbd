import { z } from '@hono/zod-openapi';
import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Api } from './api-env.ts';
import { defineCursor, idKey, type KeysOf, timeKey } from './cursor.ts';
import { inOrg, type Org, repositoryIdOf } from './org-scope.ts';
import { allOf, pageOf, timeKeyOf, timeOf } from './page.ts';
import { booleanFilter, iso, orgParams, repositoryFilter, timeFilters, timestamp } from './parameters.ts';
import { type AuthorColumns, accountOf, accountSchema } from './person.ts';
import { listRoute } from './route.ts';

const releaseSchema = z
  .object({
    id: z.int(),
    repository: z.string(),
    tag_name: z.string(),
    name: z.string().nullable(),
    draft: z.boolean(),
    prerelease: z.boolean(),
    author: accountSchema.nullable().openapi({ description: 'Null when the account is deleted or not known.' }),
    target_commitish: z.string(),
    created_at: timestamp,
    published_at: timestamp.nullable().openapi({ description: 'Null for a draft.' }),
  })
  .openapi('Release', {
    example: {
      id: 1,
      repository: 'acme/shop',
      tag_name: 'v1.4.0',
      name: 'One basket',
      draft: false,
      prerelease: false,
      author: { login: 'ann', id: 583231, type: 'User' },
      target_commitish: 'main',
      created_at: '2026-03-01T12:30:00.000Z',
      published_at: '2026-03-01T13:00:00.000Z',
    },
  });

const keys = [timeKey, idKey, idKey] as const;
const cursor = defineCursor('listReleases', keys);

const list = listRoute({
  operationId: 'listReleases',
  path: '/api/v1/orgs/{org}/releases',
  tag: 'Releases and deployments',
  summary: 'List releases',
  description: 'By `created_at`, the latest first. Deleted ones are left out.',
  params: orgParams,
  filters: {
    repository: repositoryFilter,
    draft: booleanFilter.openapi({ description: 'Only drafts, or only the others.' }),
    prerelease: booleanFilter.openapi({ description: 'Only prereleases, or only the others.' }),
    ...timeFilters('created_at'),
  },
  cursor,
  item: releaseSchema,
});

export function addReleases(api: Api): void {
  api.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const rows = await inOrg(c, (trx, org) => listReleases(trx, org, query));
    return c.json(pageOf(c, { rows, limit: query.limit, cursor, present }), 200);
  });
}

interface ReleaseRow extends AuthorColumns {
  readonly release_id: number;
  readonly repository: string;
  readonly tag_name: string;
  readonly name: string | null;
  readonly draft: boolean;
  readonly prerelease: boolean;
  readonly target_commitish: string;
  readonly created_at: Date;
  readonly published_at: Date | null;
  readonly position: [string, number, number];
}

function present(row: ReleaseRow): z.infer<typeof releaseSchema> {
  return {
    id: row.release_id,
    repository: row.repository,
    tag_name: row.tag_name,
    name: row.name,
    draft: row.draft,
    prerelease: row.prerelease,
    author: accountOf(row),
    target_commitish: row.target_commitish,
    created_at: iso(row.created_at),
    published_at: iso(row.published_at),
  };
}

interface ReleasesQuery {
  readonly limit: number;
  readonly cursor?: KeysOf<typeof keys> | undefined;
  readonly repository?: string | undefined;
  readonly draft?: boolean | undefined;
  readonly prerelease?: boolean | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

async function listReleases(trx: Trx, org: Org, query: ReleasesQuery): Promise<ReleaseRow[]> {
  const { limit, cursor: after, draft, prerelease, since, until } = query;
  const repositoryId = await repositoryIdOf(trx, org, query.repository);
  const where = allOf([
    sql`e.tenant_id = ${org.tenant_id} and e.observed_at is not null and e.deleted_at is null`,
    repositoryId === undefined ? undefined : sql`e.repository_id = ${repositoryId}::bigint`,
    draft === undefined ? undefined : sql`e.draft = ${draft}`,
    prerelease === undefined ? undefined : sql`e.prerelease = ${prerelease}`,
    since && sql`e.created_at >= ${since}::timestamptz`,
    until && sql`e.created_at < ${until}::timestamptz`,
    after &&
      sql`(e.created_at, e.repository_id, e.release_id) < (${timeOf(after[0])}, ${after[1]}::bigint, ${after[2]}::bigint)`,
  ]);
  const { rows } = await sql<ReleaseRow>`
    select e.release_id, r.full_name as repository, e.tag_name, e.name, e.draft, e.prerelease, e.author_id,
      author.login as author_login, author.type as author_type, e.target_commitish, e.created_at, e.published_at,
      json_build_array(${timeKeyOf('e.created_at')}, e.repository_id, e.release_id) as position
    from releases e
    join repositories r on r.tenant_id = ${org.tenant_id} and r.repository_id = e.repository_id
      and r.full_name is not null and r.deleted_at is null
    left join contributors author on author.tenant_id = ${org.tenant_id} and author.contributor_id = e.author_id
    where ${where}
    order by e.created_at desc, e.repository_id desc, e.release_id desc limit ${limit + 1}`.execute(trx);
  return rows;
}
