import { z } from '@hono/zod-openapi';
import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Api } from './api-env.ts';
import { defineCursor, idKey, type KeysOf } from './cursor.ts';
import { inOrg, type Org, repositoryIdOf } from './org-scope.ts';
import { allOf, pageOf } from './page.ts';
import {
  authorFilter,
  iso,
  numberParameter,
  orgParams,
  repositoryFilter,
  timeFilters,
  timestamp,
} from './parameters.ts';
import { type AuthorColumns, accountOf, accountSchema, findIdentity } from './person.ts';
import { listRoute } from './route.ts';

const stateFilter = z.enum(['approved', 'changes_requested', 'commented', 'dismissed', 'pending']);

const reviewSchema = z
  .object({
    id: z.int(),
    repository: z.string(),
    number: z.int().openapi({ description: 'Of the pull request.' }),
    author: accountSchema.nullable().openapi({ description: 'Null when the account is deleted.' }),
    state: z.string().openapi({
      description: '`approved`, `changes_requested`, `commented`, `dismissed` or `pending`.',
    }),
    commit_sha: z.string().nullable(),
    submitted_at: timestamp.nullable().openapi({ description: 'Null while pending.' }),
  })
  .openapi('Review', {
    example: {
      id: 80,
      repository: 'acme/shop',
      number: 1347,
      author: { login: 'ben', id: 583232, type: 'User' },
      state: 'approved',
      commit_sha: '6dcb09b5b57875f334f61aebed695e2e4193db5e',
      submitted_at: '2026-03-01T15:10:42.000Z',
    },
  });

const keys = [idKey, idKey] as const;
const cursor = defineCursor('listReviews', keys);

const list = listRoute({
  operationId: 'listReviews',
  path: '/api/v1/orgs/{org}/reviews',
  tag: 'Pull requests',
  summary: 'List reviews',
  description: 'By id, the highest first: the latest that was begun.',
  params: orgParams,
  filters: {
    repository: repositoryFilter,
    number: numberParameter.optional().openapi({
      description: 'Only of the pull request with this number; give its `repository` too.',
    }),
    author: authorFilter,
    state: stateFilter.optional().openapi({ description: 'Only in this state. All unless given.' }),
    ...timeFilters('submitted_at'),
  },
  cursor,
  item: reviewSchema,
});

export function addReviews(api: Api): void {
  api.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const rows = await inOrg(c, (trx, org) => listReviews(trx, org, query));
    return c.json(pageOf(c, { rows, limit: query.limit, cursor, present }), 200);
  });
}

interface ReviewRow extends AuthorColumns {
  readonly review_id: number;
  readonly repository: string;
  readonly number: number;
  readonly state: string;
  readonly commit_sha: string | null;
  readonly submitted_at: Date | null;
  readonly position: [number, number];
}

function present(row: ReviewRow): z.infer<typeof reviewSchema> {
  return {
    id: row.review_id,
    repository: row.repository,
    number: row.number,
    author: accountOf(row),
    state: row.state,
    commit_sha: row.commit_sha,
    submitted_at: iso(row.submitted_at),
  };
}

interface ReviewsQuery {
  readonly limit: number;
  readonly cursor?: KeysOf<typeof keys> | undefined;
  readonly repository?: string | undefined;
  readonly number?: number | undefined;
  readonly author?: string | undefined;
  readonly state?: z.infer<typeof stateFilter> | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

async function listReviews(trx: Trx, org: Org, query: ReviewsQuery): Promise<ReviewRow[]> {
  const { limit, cursor: after, number, state, since, until } = query;
  const repositoryId = await repositoryIdOf(trx, org, query.repository);
  const author = await findIdentity(trx, org.tenant_id, query.author);
  const where = allOf([
    sql`v.tenant_id = ${org.tenant_id}`,
    repositoryId === undefined ? undefined : sql`v.repository_id = ${repositoryId}::bigint`,
    number === undefined ? undefined : sql`v.number = ${number}`,
    author && sql`v.author_id = any(${author.contributorIds}::bigint[])`,
    state && sql`lower(v.state) = ${state}`,
    since && sql`v.submitted_at >= ${since}::timestamptz`,
    until && sql`v.submitted_at < ${until}::timestamptz`,
    after && sql`(v.review_id, v.repository_id) < (${after[0]}::bigint, ${after[1]}::bigint)`,
  ]);
  const { rows } = await sql<ReviewRow>`
    select v.review_id, r.full_name as repository, v.number, v.author_id, author.login as author_login,
      author.type as author_type, lower(v.state) as state, v.commit_sha, v.submitted_at,
      json_build_array(v.review_id, v.repository_id) as position
    from reviews v
    join repositories r on r.tenant_id = ${org.tenant_id} and r.repository_id = v.repository_id
      and r.full_name is not null and r.deleted_at is null
    left join contributors author on author.tenant_id = ${org.tenant_id} and author.contributor_id = v.author_id
    where ${where}
    order by v.review_id desc, v.repository_id desc limit ${limit + 1}`.execute(trx);
  return rows;
}
