import { z } from '@hono/zod-openapi';
import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Api } from './api-env.ts';
import { defineCursor, idKey, type KeysOf, timeKey } from './cursor.ts';
import { inOrg, type Org, repositoryIdOf } from './org-scope.ts';
import { allOf, pageOf, timeKeyOf, timeOf } from './page.ts';
import { authorFilter, iso, orgParams, repositoryFilter, textFilter, timeFilters, timestamp } from './parameters.ts';
import { type AuthorColumns, accountOf, accountSchema, findIdentity } from './person.ts';
import { listRoute } from './route.ts';

const issueState = z.enum(['open', 'closed']);

const issueSchema = z
  .object({
    id: z.int().nullable(),
    repository: z.string(),
    number: z.int(),
    title: z.string(),
    state: issueState,
    state_reason: z.string().nullable(),
    author: accountSchema.nullable().openapi({ description: 'Null when the account is deleted.' }),
    labels: z.array(z.string()),
    created_at: timestamp,
    closed_at: timestamp.nullable(),
  })
  .openapi('Issue', {
    example: {
      id: 1,
      repository: 'acme/shop',
      number: 1348,
      title: 'Baskets are counted twice',
      state: 'closed',
      state_reason: 'completed',
      author: { login: 'ann', id: 583231, type: 'User' },
      labels: ['incident'],
      created_at: '2026-03-01T12:30:00.000Z',
      closed_at: '2026-03-01T13:10:00.000Z',
    },
  });

const keys = [timeKey, idKey, idKey] as const;
const cursor = defineCursor('listIssues', keys);

const list = listRoute({
  operationId: 'listIssues',
  path: '/api/v1/orgs/{org}/issues',
  tag: 'Issues',
  summary: 'List issues',
  description: 'By `created_at`, the latest first. Pull requests and deleted issues are left out.',
  params: orgParams,
  filters: {
    repository: repositoryFilter,
    author: authorFilter,
    state: issueState.optional().openapi({ description: 'Only in this state. All unless given.' }),
    labels: textFilter.openapi({
      description: 'Only with all of these labels, separated by commas.',
    }),
    ...timeFilters('created_at'),
  },
  cursor,
  item: issueSchema,
});

export function addIssues(api: Api): void {
  api.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const rows = await inOrg(c, (trx, org) => listIssues(trx, org, query));
    return c.json(pageOf(c, { rows, limit: query.limit, cursor, present }), 200);
  });
}

interface IssueRow extends AuthorColumns {
  readonly issue_id: number | null;
  readonly repository: string;
  readonly number: number;
  readonly title: string;
  readonly state: 'open' | 'closed';
  readonly state_reason: string | null;
  readonly labels: string[];
  readonly created_at: Date;
  readonly closed_at: Date | null;
  readonly position: [string, number, number];
}

function present(row: IssueRow): z.infer<typeof issueSchema> {
  return {
    id: row.issue_id,
    repository: row.repository,
    number: row.number,
    title: row.title,
    state: row.state,
    state_reason: row.state_reason,
    author: accountOf(row),
    labels: row.labels,
    created_at: iso(row.created_at),
    closed_at: iso(row.closed_at),
  };
}

interface IssuesQuery {
  readonly limit: number;
  readonly cursor?: KeysOf<typeof keys> | undefined;
  readonly repository?: string | undefined;
  readonly author?: string | undefined;
  readonly state?: 'open' | 'closed' | undefined;
  readonly labels?: string | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

async function listIssues(trx: Trx, org: Org, query: IssuesQuery): Promise<IssueRow[]> {
  const { limit, cursor: after, state, since, until } = query;
  const repositoryId = await repositoryIdOf(trx, org, query.repository);
  const author = await findIdentity(trx, org.tenant_id, query.author);
  const labels = query.labels?.split(',').map((label) => label.trim());
  const where = allOf([
    sql`i.tenant_id = ${org.tenant_id} and i.observed_at is not null and i.deleted_at is null`,
    repositoryId === undefined ? undefined : sql`i.repository_id = ${repositoryId}::bigint`,
    author && sql`i.author_id = any(${author.contributorIds}::bigint[])`,
    state && sql`i.state = ${state}`,
    labels && sql`i.labels @> ${labels}::text[]`,
    since && sql`i.created_at >= ${since}::timestamptz`,
    until && sql`i.created_at < ${until}::timestamptz`,
    after &&
      sql`(i.created_at, i.repository_id, i.number) < (${timeOf(after[0])}, ${after[1]}::bigint, ${after[2]}::bigint)`,
  ]);
  const { rows } = await sql<IssueRow>`
    select i.issue_id, r.full_name as repository, i.number, i.title, i.state, i.state_reason, i.author_id,
      author.login as author_login, author.type as author_type, coalesce(i.labels, '{}') as labels,
      i.created_at, i.closed_at, json_build_array(${timeKeyOf('i.created_at')}, i.repository_id, i.number) as position
    from issues i
    join repositories r on r.tenant_id = ${org.tenant_id} and r.repository_id = i.repository_id
      and r.full_name is not null and r.deleted_at is null
    left join contributors author on author.tenant_id = ${org.tenant_id} and author.contributor_id = i.author_id
    where ${where}
    order by i.created_at desc, i.repository_id desc, i.number desc limit ${limit + 1}`.execute(trx);
  return rows;
}
