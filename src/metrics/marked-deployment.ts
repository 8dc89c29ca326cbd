import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { ConflictError, NotFoundError } from '../errors.ts';
import { getDefinition } from './definition.ts';
import { refreshCauses } from './derive/causes.ts';
import { refreshIncidents } from './derive/incidents.ts';
import { tryLockDerived } from './derive/lock.ts';

/** A finished production deployment, of whatever source. */
export interface MarkedDeployment {
  readonly tenantId: number;
  readonly repositoryId: number;
  readonly repository: string;
  readonly deploymentId: number;
  readonly source: string;
  readonly finishedAt: Date;
}

interface DeploymentName {
  readonly tenantId: number;
  readonly deploymentId: number;
  /** Needed where ids are of a repository's own, as those of merges are. */
  readonly repositoryId: number | undefined;
}

/** @throws NotFoundError, ConflictError when it is there and can not be marked */
export async function getMarkedDeployment(trx: Trx, name: DeploymentName): Promise<MarkedDeployment> {
  const { tenantId, deploymentId, repositoryId } = name;
  const inRepository = repositoryId === undefined ? sql`true` : sql`d.repository_id = ${repositoryId}::bigint`;
  const { rows } = await sql<MarkedDeployment>`
    select d.tenant_id as "tenantId", d.repository_id as "repositoryId", r.full_name as repository,
      d.deployment_id as "deploymentId", d.source, d.finished_at as "finishedAt"
    from production_deployments d
    join repositories r on r.tenant_id = ${tenantId} and r.repository_id = d.repository_id
      and r.full_name is not null and r.deleted_at is null
    where d.tenant_id = ${tenantId} and d.deployment_id = ${deploymentId}::bigint and ${inRepository}
    limit 2`.execute(trx);
  const [row] = rows;
  if (rows.length > 1) {
    throw new ConflictError(`Several repositories have a deployment ${deploymentId}: add ?repository=NAME.`);
  }
  if (row) return row;
  const { rows: others } = await sql`
    select from deployments d
    where d.tenant_id = ${tenantId} and d.deployment_id = ${deploymentId}::bigint and ${inRepository}`.execute(trx);
  if (others.length === 0) throw new NotFoundError(`There is no deployment ${deploymentId} here.`);
  throw new ConflictError(
    `Deployment ${deploymentId} is not to production, or not finished, or something else counts as a deployment here.`,
  );
}

/**
 * Has the numbers follow at once what people say, or, while somebody else computes them, with the next time.
 * @param issues which may be incidents now, or none any more
 */
export async function applyWord(trx: Trx, place: MarkedDeployment, issues: readonly number[] = []): Promise<void> {
  const { tenantId, repositoryId, repository } = place;
  if (await tryLockDerived(trx, place)) {
    const { definition } = await getDefinition(trx, place);
    await refreshIncidents(trx, place, { numbers: issues, fullName: repository, definition });
    await refreshCauses(trx, place, { hours: definition.attribution_window_hours, changes: undefined });
    return;
  }
  await sql`
    insert into touched_facts (tenant_id, repository_id, issues, marked)
    values (${tenantId}, ${repositoryId}, ${issues}::bigint[], true)`.execute(trx);
}
