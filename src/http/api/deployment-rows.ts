import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { type DeploymentDetails, listDeploymentDetails } from '../../metrics/query/deployment-details.ts';
import { type deploymentSources, listProductionEnvironments } from '../../metrics/definition.ts';
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
  readonly source: (typeof deploymentSources)[number];
  readonly reported_id: string | null;
  readonly outcome: 'success' | 'failure' | 'unfinished';
  readonly created_at: Date;
  readonly finished_at: Date | null;
  readonly position: [string, number, number];
  /** Of a finished one to production, where its source is what counts. */
  readonly details: DeploymentDetails | undefined;
}

export const deploymentKeys = [timeKey, idKey, idKey] as const;

interface DeploymentsQuery {
  readonly limit: number;
  readonly cursor?: KeysOf<typeof deploymentKeys> | undefined;
  readonly repository?: string | undefined;
  readonly environment?: string | undefined;
  readonly production?: boolean | undefined;
  readonly source?: DeploymentRow['source'] | undefined;
  readonly counted?: boolean | undefined;
  readonly sha?: string | undefined;
  readonly ref?: string | undefined;
  readonly outcome?: DeploymentRow['outcome'] | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

export async function listDeployments(trx: Trx, org: Org, query: DeploymentsQuery): Promise<DeploymentRow[]> {
  const { limit, cursor: after, environment, production, source, counted, sha, ref, outcome, since, until } = query;
  const repositoryId = await repositoryIdOf(trx, org, query.repository);
  const isToProduction = await productionOf(trx, org.tenant_id);
  const where = allOf([
    repositoryId === undefined ? undefined : sql`d.repository_id = ${repositoryId}::bigint`,
    environment === undefined ? undefined : sql`d.environment = ${environment}`,
    production === undefined ? undefined : sql`${isToProduction} = ${production}`,
    source && sql`d.source = ${source}`,
    counted === undefined ? undefined : sql`${isCounted(org.tenant_id)} = ${counted}`,
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
export async function productionOf(trx: Trx, tenantId: number): Promise<RawBuilder<boolean>> {
  const { shared, own } = await listProductionEnvironments(trx, tenantId);
  return isProduction(sql`coalesce(${JSON.stringify(own)}::jsonb ->> d.repository_id::text, ${shared})`);
}

/** Whether the metrics count `d`: its source is the chosen one, and it is to production and finished. */
function isCounted(tenantId: number): RawBuilder<boolean> {
  return sql<boolean>`exists (
    select from production_deployments p where p.tenant_id = ${tenantId} and p.repository_id = d.repository_id
      and p.deployment_id = d.deployment_id and p.source = d.source)`;
}

interface DeploymentName {
  readonly deploymentId: number;
  readonly repositoryId?: number | undefined;
}

/** Should two repositories have the id, the later deployment. */
export async function findDeployment(
  trx: Trx,
  org: Org,
  { deploymentId, repositoryId }: DeploymentName,
): Promise<DeploymentRow | undefined> {
  const where = allOf([
    sql`d.deployment_id = ${deploymentId}::bigint`,
    repositoryId === undefined ? undefined : sql`d.repository_id = ${repositoryId}::bigint`,
  ]);
  const [row] = await selectDeployments(trx, org.tenant_id, { where, limit: 1 });
  return row;
}

/** GitHub's and those that were reported. */
const told = (tenantId: number) => sql`
  select t.*, case when t.reported_id is null then 'github_deployment' else 'reported' end as source
  from deployments t where t.tenant_id = ${tenantId}`;

/** What else counts as a deployment, where it is chosen: finished, and to production. */
const counting = (tenantId: number) => sql`
  select p.*, null as reported_id, p.finished_at as created_at, true as production_environment
  from production_deployments p
  where p.tenant_id = ${tenantId} and p.source in ('release', 'workflow_run', 'tag', 'merge')`;

interface Selection {
  readonly where: RawBuilder<unknown>;
  readonly limit: number;
}

async function selectDeployments(trx: Trx, tenantId: number, selection: Selection): Promise<DeploymentRow[]> {
  const part = (from: RawBuilder<unknown>, outcome: RawBuilder<unknown>) =>
    selectPart(tenantId, { ...selection, from, outcome });
  const isToProduction = await productionOf(trx, tenantId);
  const { rows } = await sql<Omit<DeploymentRow, 'details'>>`
    select d.deployment_id, d.repository_id, r.full_name as repository, d.environment, ${isToProduction} as production,
      d.sha, d.ref, d.source, d.reported_id, d.outcome, d.created_at, d.finished_at,
      json_build_array(${timeKeyOf('d.created_at')}, d.repository_id, d.deployment_id) as position
    from (
      (${part(told(tenantId), deploymentOutcome(tenantId))})
      union all
      (${part(counting(tenantId), sql`select d.outcome, d.finished_at`)})
    ) d
    join repositories r on r.tenant_id = ${tenantId} and r.repository_id = d.repository_id
    order by d.created_at desc, d.repository_id desc, d.deployment_id desc limit ${selection.limit}`.execute(trx);
  const details = new Map<string, DeploymentDetails>();
  for (const one of await listDeploymentDetails(trx, tenantId, rows)) details.set(keyOf(one), one);
  return rows.map((row) => Object.assign(row, { details: details.get(keyOf(row)) }));
}

interface Part extends Selection {
  readonly from: RawBuilder<unknown>;
  readonly outcome: RawBuilder<unknown>;
}

/** As many as the page needs of one part, so that each is read by its own index. */
function selectPart(tenantId: number, { from, outcome, where, limit }: Part): RawBuilder<unknown> {
  return sql`
    select d.deployment_id, d.repository_id, d.environment, d.production_environment, d.sha, d.ref, d.source,
      d.reported_id, d.created_at, o.outcome, o.finished_at
    from (${from}) d
    join repositories r on r.tenant_id = ${tenantId} and r.repository_id = d.repository_id
      and r.full_name is not null and r.deleted_at is null
    cross join lateral (${outcome}) o
    where ${where}
    order by d.created_at desc, d.repository_id desc, d.deployment_id desc limit ${limit}`;
}

function keyOf({
  repository_id,
  deployment_id,
  source,
}: Pick<DeploymentDetails, 'repository_id' | 'deployment_id' | 'source'>): string {
  return `${repository_id} ${deployment_id} ${source}`;
}
