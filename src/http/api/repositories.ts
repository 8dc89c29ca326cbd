import { z } from '@hono/zod-openapi';
import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Api } from './api-env.ts';
import { countFacts, countsExample, countsSchema } from './counts.ts';
import { defineCursor, idKey, type KeysOf, textKey } from './cursor.ts';
import { getRepositoryScope, inOrg, type Org, type RepositoryScope } from './org-scope.ts';
import { allOf, pageOf } from './page.ts';
import { booleanFilter, orgParams, repoParameter } from './parameters.ts';
import { listRepositoryNumbers, type RepositoryNumbers } from '../../metrics/query/repository-numbers.ts';
import { qualitySchema } from './metric-value-schema.ts';
import { listRoute, readRoute } from './route.ts';

const number = z.number().nullable();

const example = {
  id: 1296269,
  full_name: 'acme/shop',
  private: true,
  archived: false,
  default_branch: 'main',
  tracked: true,
  deployment_frequency: 0.8,
  lead_time_for_changes: 36.4,
  mean_time_to_recovery: 2.5,
  change_failure_rate: 12.5,
  quality: [],
};

const repositorySchema = z
  .object({
    id: z.int(),
    full_name: z.string(),
    private: z.boolean().nullable(),
    archived: z.boolean().nullable(),
    default_branch: z.string().nullable(),
    tracked: z
      .boolean()
      .openapi({ description: 'Whether what happens in it is followed: the app can see it, and the plan has room.' }),
    deployment_frequency: number.openapi({ description: 'A day, over the last 90 days.' }),
    lead_time_for_changes: number.openapi({ description: 'Hours; the median of the last 90 days.' }),
    mean_time_to_recovery: number.openapi({
      description: 'Hours; of the failed deployments of the last 90 days, the median.',
    }),
    change_failure_rate: number.openapi({ description: 'Percent, over the last 90 days.' }),
    quality: qualitySchema,
  })
  .openapi('Repository', {
    description: 'Null means unknown: no source has told it yet.',
    example,
  });
export const repositoryWithCounts = repositorySchema
  .extend({ counts: countsSchema })
  .openapi('RepositoryWithCounts', { example: { ...example, counts: countsExample } });

const keys = [textKey, idKey] as const;
const cursor = defineCursor('listRepositories', keys);

const list = listRoute({
  operationId: 'listRepositories',
  path: '/api/v1/orgs/{org}/repositories',
  tag: 'Repositories',
  summary: 'List repositories',
  description: 'By name. Deleted ones are left out.',
  params: orgParams,
  filters: {
    tracked: booleanFilter.openapi({ description: 'Only those that are tracked, or only the others.' }),
    archived: booleanFilter.openapi({ description: 'Only those that are archived, or only the others.' }),
  },
  cursor,
  item: repositorySchema,
});

const get = readRoute({
  operationId: 'getRepository',
  path: '/api/v1/orgs/{org}/repositories/{repo}',
  tag: 'Repositories',
  summary: 'Get a repository',
  params: orgParams.extend({ repo: repoParameter }),
  response: repositoryWithCounts,
});

export function addRepositories(api: Api): void {
  api.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const { rows, numbersOf } = await inOrg(c, async (trx, { tenant_id }) => {
      const rows = await listRepositories(trx, tenant_id, query);
      const ids = rows.map(({ repository_id }) => repository_id);
      return { rows, numbersOf: await listRepositoryNumbers(trx, tenant_id, ids) };
    });
    const presentRow = (row: RepositoryRow) => present(row, numbersOf(row.repository_id));
    return c.json(pageOf(c, { rows, limit: query.limit, cursor, present: presentRow }), 200);
  });
  api.openapi(get, async (c) => {
    const { repo } = c.req.valid('param');
    const body = await inOrg(c, async (trx, org) => readRepository(trx, org, await getRepositoryScope(trx, org, repo)));
    return c.json(body, 200);
  });
}

export async function readRepository(
  trx: Trx,
  { tenant_id }: Org,
  { repository_id }: RepositoryScope,
): Promise<z.infer<typeof repositoryWithCounts>> {
  const row = await getRow(trx, tenant_id, repository_id);
  const numbersOf = await listRepositoryNumbers(trx, tenant_id, [repository_id]);
  return { ...present(row, numbersOf(repository_id)), counts: await countFacts(trx, tenant_id, repository_id) };
}

interface RepositoryRow {
  readonly repository_id: number;
  readonly full_name: string;
  readonly private: boolean | null;
  readonly archived: boolean | null;
  readonly default_branch: string | null;
  readonly followed: boolean;
}

function present(row: RepositoryRow, { quality, ...numbers }: RepositoryNumbers): z.infer<typeof repositorySchema> {
  return {
    id: row.repository_id,
    full_name: row.full_name,
    private: row.private,
    archived: row.archived,
    default_branch: row.default_branch,
    tracked: row.followed,
    ...numbers,
    quality: [...quality],
  };
}

const isFollowed = sql`(tracked and installed is not false)`;
const columns = sql`repository_id, full_name, private, archived, default_branch, ${isFollowed} as followed`;

interface RepositoriesQuery {
  readonly limit: number;
  readonly cursor?: KeysOf<typeof keys> | undefined;
  readonly tracked?: boolean | undefined;
  readonly archived?: boolean | undefined;
}

async function listRepositories(trx: Trx, tenantId: number, { limit, cursor: after, ...query }: RepositoriesQuery) {
  const where = allOf([
    sql`tenant_id = ${tenantId} and full_name is not null and deleted_at is null`,
    query.tracked === undefined ? undefined : sql`${isFollowed} = ${query.tracked}`,
    query.archived === undefined ? undefined : sql`archived = ${query.archived}`,
    after && sql`(lower(full_name), repository_id) > (${after[0]}::text, ${after[1]}::bigint)`,
  ]);
  const { rows } = await sql<RepositoryRow & { position: [string, number] }>`
    select ${columns}, json_build_array(lower(full_name), repository_id) as position
    from repositories where ${where} order by lower(full_name), repository_id limit ${limit + 1}`.execute(trx);
  return rows;
}

async function getRow(trx: Trx, tenantId: number, repositoryId: number): Promise<RepositoryRow> {
  const { rows } = await sql<RepositoryRow>`
    select ${columns} from repositories
    where tenant_id = ${tenantId} and repository_id = ${repositoryId}`.execute(trx);
  const [row] = rows;
  if (!row) throw new Error('the repository was found a statement ago');
  return row;
}
