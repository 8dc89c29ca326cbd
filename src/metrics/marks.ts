import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { ConflictError, InvalidPayloadError, NotFoundError } from '../errors.ts';
import { type Actor, recordAudit } from '../tenancy/audit-log.ts';
import { getDefinition } from './definition.ts';
import { refreshFailures } from './derive/failures.ts';
import { tryLockDerived } from './derive/lock.ts';
import { refreshRework } from './derive/rework.ts';

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

interface Mark {
  readonly failed: boolean;
  readonly reason: string | null;
  readonly recovered_at: string | null;
}

/** Says that a deployment failed. What else says so counts, too. */
export async function markFailed(
  trx: Trx,
  deployment: MarkedDeployment,
  { reason, recoveredAt, actor }: { reason: string; recoveredAt: Date | null; actor: Actor },
): Promise<void> {
  if (recoveredAt && recoveredAt < deployment.finishedAt) {
    throw new InvalidPayloadError('`recovered_at` is before the deployment finished.');
  }
  const after = { failed: true, reason, recovered_at: recoveredAt?.toISOString() ?? null };
  await changeMark(trx, deployment, { after, actor, action: 'deployment.mark_failed' });
}

/**
 * Says that a deployment did not fail: removes its mark, and sets aside the causes that are derived, with those that
 * come later.
 */
export async function unmarkFailed(
  trx: Trx,
  deployment: MarkedDeployment,
  { reason, actor }: { reason: string | null; actor: Actor },
): Promise<void> {
  const { tenantId, repositoryId, deploymentId } = deployment;
  const before = await findMark(trx, deployment);
  const { rows: causes } = await sql<{ kind: string }>`
    select kind from deployment_failures
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and deployment_id = ${deploymentId}`.execute(trx);
  if (causes.length === 0 && !before?.failed) return;
  const isDerived = causes.some(({ kind }) => kind !== 'manual');
  const after = isDerived ? { failed: false, reason, recovered_at: null } : null;
  await changeMark(trx, deployment, { after, actor, action: 'deployment.unmark_failed' });
}

interface MarkChange {
  readonly after: Mark | null;
  readonly actor: Actor;
  readonly action: string;
}

async function changeMark(trx: Trx, deployment: MarkedDeployment, { after, actor, action }: MarkChange): Promise<void> {
  const { tenantId, repositoryId, repository, deploymentId, source } = deployment;
  const before = await findMark(trx, deployment);
  if (before && after && JSON.stringify(before) === JSON.stringify(after)) return;
  await (after
    ? sql`
      insert into deployment_marks
        (tenant_id, repository_id, source, deployment_id, failed, reason, recovered_at, marked_by)
      values (${tenantId}, ${repositoryId}, ${source}, ${deploymentId}, ${after.failed}, ${after.reason},
        ${after.recovered_at}, ${actor.name})
      on conflict (tenant_id, repository_id, source, deployment_id) do update set failed = excluded.failed,
        reason = excluded.reason, recovered_at = excluded.recovered_at, marked_by = excluded.marked_by,
        marked_at = excluded.marked_at`
    : sql`
      delete from deployment_marks
      where tenant_id = ${tenantId} and repository_id = ${repositoryId} and source = ${source}
        and deployment_id = ${deploymentId}`
  ).execute(trx);
  await recordAudit(trx, {
    tenantId,
    actor,
    action,
    target: `${repository} deployment ${deploymentId}`,
    before,
    after,
  });
  await applyNow(trx, deployment);
}

async function findMark(trx: Trx, { tenantId, repositoryId, deploymentId, source }: MarkedDeployment) {
  const { rows } = await sql<{ failed: boolean; reason: string | null; recovered_at: Date | null }>`
    select failed, reason, recovered_at from deployment_marks
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and source = ${source}
      and deployment_id = ${deploymentId} for update`.execute(trx);
  const [row] = rows;
  return row ? { ...row, recovered_at: row.recovered_at?.toISOString() ?? null } : null;
}

interface Link {
  readonly number: number;
  readonly actor: Actor;
}

/** Says that an incident blames a deployment. @throws NotFoundError */
export async function linkIncident(trx: Trx, deployment: MarkedDeployment, { number, actor }: Link): Promise<void> {
  const before = await getBlamed(trx, deployment, number);
  const { deploymentId, source } = deployment;
  await saveLink(trx, deployment, { number, actor, blamed: { deploymentId, source } });
  const after = { deployment_id: deploymentId };
  await auditLink(trx, deployment, { number, actor, action: 'incident.link', before, after });
  await applyNow(trx, deployment);
}

/** Says that an incident blames no deployment, which it did. @throws NotFoundError */
export async function unlinkIncident(trx: Trx, deployment: MarkedDeployment, { number, actor }: Link): Promise<void> {
  const before = await getBlamed(trx, deployment, number);
  if (before.deployment_id !== deployment.deploymentId) {
    throw new NotFoundError(`Incident #${number} is not linked to deployment ${deployment.deploymentId}.`);
  }
  await saveLink(trx, deployment, { number, actor, blamed: { deploymentId: null, source: null } });
  const after = { deployment_id: null };
  await auditLink(trx, deployment, { number, actor, action: 'incident.unlink', before, after });
  await applyNow(trx, deployment);
}

async function getBlamed(trx: Trx, { tenantId, repositoryId, repository }: MarkedDeployment, number: number) {
  const { rows } = await sql<{ deployment_id: number | null; rule: string | null }>`
    select deployment_id, rule from incidents
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and number = ${number}`.execute(trx);
  const [row] = rows;
  if (!row) throw new NotFoundError(`There is no incident #${number} in ${repository}: see its labels.`);
  return row;
}

interface SavedLink extends Link {
  readonly blamed: { readonly deploymentId: number | null; readonly source: string | null };
}

async function saveLink(
  trx: Trx,
  { tenantId, repositoryId }: MarkedDeployment,
  { number, actor, blamed }: SavedLink,
): Promise<void> {
  await sql`
    insert into incident_links (tenant_id, repository_id, number, source, deployment_id, linked_by)
    values (${tenantId}, ${repositoryId}, ${number}, ${blamed.source}, ${blamed.deploymentId}, ${actor.name})
    on conflict (tenant_id, repository_id, number) do update set source = excluded.source,
      deployment_id = excluded.deployment_id, linked_by = excluded.linked_by, linked_at = excluded.linked_at`.execute(
    trx,
  );
}

interface LinkAudit extends Link {
  readonly action: string;
  readonly before: object;
  readonly after: object;
}

async function auditLink(
  trx: Trx,
  { tenantId, repository }: MarkedDeployment,
  { number, ...entry }: LinkAudit,
): Promise<void> {
  await recordAudit(trx, { tenantId, target: `${repository} incident #${number}`, ...entry });
}

/** Has the numbers follow at once, or, while somebody else computes them, with the next time. */
async function applyNow(trx: Trx, place: MarkedDeployment): Promise<void> {
  const { tenantId, repositoryId } = place;
  if (await tryLockDerived(trx, place)) {
    const { definition } = await getDefinition(trx, place);
    await refreshFailures(trx, place, { hours: definition.attribution_window_hours });
    await refreshRework(trx, place);
    return;
  }
  await sql`insert into touched_facts (tenant_id, repository_id) values (${tenantId}, ${repositoryId})`.execute(trx);
}
