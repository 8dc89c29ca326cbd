import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { type DeploymentDetails, listDeploymentDetails } from '../../metrics/query/deployment-details.ts';
import { listProductionEnvironments } from '../../metrics/definition.ts';
import { deploymentOutcome, isProduction } from '../../metrics/deployment-outcome.ts';
import { idKey, type KeysOf, timeKey } from './cursor.ts';
import { type Org, repositoryIdOf } from './org-scope.ts';
import { allOf, timeKeyOf, timeOf } from './page.ts';

export interface DeploymentRow {
  readonly deployment_id: number;
  readonly repository_id: number;
  readonly repository: string;
  readonly environment: string;
  readonly production: boolean;
  readonly sha: string;
  readonly ref: string | null;
  readonly outcome: 'success' | 'failure' | 'unfinished';
  readonly created_at: Date;
  readonly finished_at: Date | null;
  readonly position: [string, number, number];
  /** Of a finished one to production, where GitHub's deployments are what counts. */
  readonly details: DeploymentDetails | undefined;
}

export const deploymentKeys = [timeKey, idKey, idKey] as const;

interface DeploymentsQuery {
  readonly limit: number;
  readonly cursor?: KeysOf<typeof deploymentKeys> | undefined;
  readonly repository?: string | undefined;
  readonly environment?: string | undefined;
  readonly production?: boolean | undefined;
  readonly sha?: string | undefined;
  readonly ref?: string | undefined;
  readonly outcome?: DeploymentRow['outcome'] | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

export async function listDeployments(trx: Trx, org: Org, query: DeploymentsQuery): Promise<DeploymentRow[]> {
  const { limit, cursor: after, environment, production, sha, ref, outcome, since, until } = query;
  const repositoryId = await repositoryIdOf(trx, org, query.repository);
  const isToProduction = await productionOf(trx, org.tenant_id);
  const where = allOf([
    repositoryId === undefined ? undefined : sql`d.repository_id = ${repositoryId}::bigint`,
    environment === undefined ? undefined : sql`d.environment = ${environment}`,
    production === undefined ? undefined : sql`${isToProduction} = ${production}`,
    sha === undefined ? undefined : sql`d.sha = ${sha}`,
    ref === undefined ? undefined : sql`d.ref = ${ref}`,
    outcome && sql`o.outcome = ${outcome}`,
    since && sql`d.created_at >= ${since}::timestamptz`,
    until && sql`d.created_at < ${until}::timestamptz`,
    after &&
      sql`(d.created_at, d.repository_id, d.deployment_id) < (${timeOf(after[0])}, ${after[1]}::bigint, ${after[2]}::bigint)`,
    sql`true`,
  ]);
  return selectDeployments(trx, org.tenant_id, { where, limit: limit + 1 });
}

/** Whether the deployment `d` is to production, by what is set for its repository. */
async function productionOf(trx: Trx, tenantId: number): Promise<RawBuilder<boolean>> {
  const { shared, own } = await listProductionEnvironments(trx, tenantId);
  return isProduction(sql`coalesce(${JSON.stringify(own)}::jsonb ->> d.repository_id::text, ${shared})`);
}

/** An id is GitHub's own, so it is in one repository; should two have it, the later deployment. */
export async function findDeployment(trx: Trx, org: Org, id: number): Promise<DeploymentRow | undefined> {
  const [row] = await selectDeployments(trx, org.tenant_id, { where: sql`d.deployment_id = ${id}::bigint`, limit: 1 });
  return row;
}

async function selectDeployments(
  trx: Trx,
  tenantId: number,
  { where, limit }: { where: RawBuilder<unknown>; limit: number },
): Promise<DeploymentRow[]> {
  const { rows } = await sql<Omit<DeploymentRow, 'details'>>`
    select d.deployment_id, d.repository_id, r.full_name as repository, d.environment, ${await productionOf(trx, tenantId)} as production, d.sha, d.ref,
      o.outcome, d.created_at, o.finished_at,
      json_build_array(${timeKeyOf('d.created_at')}, d.repository_id, d.deployment_id) as position
    from deployments d
    join repositories r on r.tenant_id = ${tenantId} and r.repository_id = d.repository_id
      and r.full_name is not null and r.deleted_at is null
    cross join lateral (${deploymentOutcome(tenantId)}) o
    where d.tenant_id = ${tenantId} and ${where}
    order by d.created_at desc, d.repository_id desc, d.deployment_id desc limit ${limit}`.execute(trx);
  const details = new Map<string, DeploymentDetails>();
  for (const one of await listDeploymentDetails(trx, tenantId, rows)) {
    if (one.source === 'github_deployment') details.set(`${one.repository_id} ${one.deployment_id}`, one);
  }
  return rows.map((row) => Object.assign(row, { details: details.get(`${row.repository_id} ${row.deployment_id}`) }));
}
