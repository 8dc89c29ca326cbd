import { z } from '@hono/zod-openapi';
import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Api } from './api-env.ts';
import { defineCursor, type KeysOf, textKey } from './cursor.ts';
import { productionOf } from './deployment-rows.ts';
import { inOrg, type Org, repositoryIdOf } from './org-scope.ts';
import { allOf, pageOf } from './page.ts';
import { booleanFilter, iso, orgParams, repositoryFilter, timestamp } from './parameters.ts';
import { listRoute } from './route.ts';

const environmentSchema = z
  .object({
    repository: z.string(),
    name: z.string(),
    production: z.boolean().openapi({
      description:
        'By its name, or since one of its deployments says so. See `production_environments` of the settings.',
    }),
    deployments: z.int(),
    last_deployed_at: timestamp,
  })
  .openapi('Environment', {
    example: {
      repository: 'acme/shop',
      name: 'production',
      production: true,
      deployments: 312,
      last_deployed_at: '2026-03-02T08:20:00.000Z',
    },
  });

const keys = [textKey, textKey] as const;
const cursor = defineCursor('listEnvironments', keys);

const list = listRoute({
  operationId: 'listEnvironments',
  path: '/api/v1/orgs/{org}/environments',
  tag: 'Releases and deployments',
  summary: 'List environments',
  description: 'To which something was deployed, as GitHub or a report tells, by repository and name.',
  params: orgParams,
  filters: {
    repository: repositoryFilter,
    production: booleanFilter.openapi({ description: 'Only production, or only others.' }),
  },
  cursor,
  item: environmentSchema,
});

export function addEnvironments(api: Api): void {
  api.openapi(list, async (c) => {
    const query = c.req.valid('query');
    const rows = await inOrg(c, (trx, org) => listEnvironments(trx, org, query));
    return c.json(pageOf(c, { rows, limit: query.limit, cursor, present }), 200);
  });
}

interface EnvironmentRow {
  readonly repository: string;
  readonly name: string;
  readonly production: boolean;
  readonly deployments: number;
  readonly last_deployed_at: Date;
  readonly position: [string, string];
}

function present(row: EnvironmentRow): z.infer<typeof environmentSchema> {
  const { repository, name, production, deployments } = row;
  return { repository, name, production, deployments, last_deployed_at: iso(row.last_deployed_at) };
}

interface EnvironmentsQuery {
  readonly limit: number;
  readonly cursor?: KeysOf<typeof keys> | undefined;
  readonly repository?: string | undefined;
  readonly production?: boolean | undefined;
}

async function listEnvironments(trx: Trx, org: Org, query: EnvironmentsQuery): Promise<EnvironmentRow[]> {
  const { limit, cursor: after, production } = query;
  const repositoryId = await repositoryIdOf(trx, org, query.repository);
  const isOfRepository = repositoryId === undefined ? sql`true` : sql`d.repository_id = ${repositoryId}::bigint`;
  const where = allOf([
    sql`true`,
    production === undefined ? undefined : sql`e.production = ${production}`,
    after && sql`(r.full_name, e.name) > (${after[0]}, ${after[1]})`,
  ]);
  const { rows } = await sql<EnvironmentRow>`
    select r.full_name as repository, e.name, e.production, e.deployments, e.last_deployed_at,
      json_build_array(r.full_name, e.name) as position
    from (
      select d.repository_id, d.environment as name, bool_or(${await productionOf(trx, org.tenant_id)}) as production,
        count(*) as deployments, max(d.created_at) as last_deployed_at
      from deployments d
      where d.tenant_id = ${org.tenant_id} and ${isOfRepository}
      group by d.repository_id, d.environment
    ) e
    join repositories r on r.tenant_id = ${org.tenant_id} and r.repository_id = e.repository_id
      and r.full_name is not null and r.deleted_at is null
    where ${where}
    order by r.full_name, e.name limit ${limit + 1}`.execute(trx);
  return rows;
}
