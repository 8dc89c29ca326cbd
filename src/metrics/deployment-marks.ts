import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { InvalidPayloadError } from '../errors.ts';
import { type Actor, recordAudit } from '../tenancy/audit-log.ts';
import { applyWord, type MarkedDeployment } from './marked-deployment.ts';

interface Mark {
  readonly failed: boolean;
  readonly reason: string | null;
  readonly recovered_at: string | null;
}

interface Word {
  readonly failed: boolean;
  readonly reason: string;
  readonly recoveredAt: Date | null;
  readonly actor: Actor;
}

/**
 * Says that a deployment failed, beside what else says so; or that it did not: then the causes that are derived are set
 * aside, with those that come later.
 */
export async function markDeployment(trx: Trx, deployment: MarkedDeployment, word: Word): Promise<void> {
  const { failed, reason, recoveredAt, actor } = word;
  if (recoveredAt && !failed) {
    throw new InvalidPayloadError('`recovered_at` is of a failure: leave it out, or say `"failed": true`.');
  }
  if (recoveredAt && recoveredAt < deployment.finishedAt) {
    throw new InvalidPayloadError('`recovered_at` is before the deployment finished.');
  }
  const after = { failed, reason, recovered_at: recoveredAt?.toISOString() ?? null };
  const before = await findMark(trx, deployment);
  if (before && JSON.stringify(before) === JSON.stringify(after)) return;
  await saveMark(trx, deployment, { ...after, markedBy: actor.name });
  const action = failed ? 'deployment.mark_failed' : 'deployment.mark_not_failed';
  await recordAudit(trx, { ...auditOf(deployment), actor, action, before, after });
  await applyWord(trx, deployment);
}

/** Takes back what somebody said of a deployment: what is derived counts again. */
export async function unmarkDeployment(trx: Trx, deployment: MarkedDeployment, actor: Actor): Promise<void> {
  const { tenantId, repositoryId, deploymentId, source } = deployment;
  const before = await findMark(trx, deployment);
  if (!before) return;
  await sql`
    delete from deployment_marks
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and source = ${source}
      and deployment_id = ${deploymentId}`.execute(trx);
  await recordAudit(trx, { ...auditOf(deployment), actor, action: 'deployment.unmark', before, after: null });
  await applyWord(trx, deployment);
}

async function saveMark(
  trx: Trx,
  { tenantId, repositoryId, source, deploymentId }: MarkedDeployment,
  mark: Mark & { readonly markedBy: string },
): Promise<void> {
  await sql`
    insert into deployment_marks
      (tenant_id, repository_id, source, deployment_id, failed, reason, recovered_at, marked_by)
    values (${tenantId}, ${repositoryId}, ${source}, ${deploymentId}, ${mark.failed}, ${mark.reason},
      ${mark.recovered_at}, ${mark.markedBy})
    on conflict (tenant_id, repository_id, source, deployment_id) do update set failed = excluded.failed,
      reason = excluded.reason, recovered_at = excluded.recovered_at, marked_by = excluded.marked_by,
      marked_at = excluded.marked_at`.execute(trx);
}

async function findMark(
  trx: Trx,
  { tenantId, repositoryId, deploymentId, source }: MarkedDeployment,
): Promise<Mark | null> {
  const { rows } = await sql<{ failed: boolean; reason: string | null; recovered_at: Date | null }>`
    select failed, reason, recovered_at from deployment_marks
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and source = ${source}
      and deployment_id = ${deploymentId} for update`.execute(trx);
  const [row] = rows;
  return row ? { ...row, recovered_at: row.recovered_at?.toISOString() ?? null } : null;
}

function auditOf({ tenantId, repository, deploymentId }: MarkedDeployment) {
  return { tenantId, target: `${repository} deployment ${deploymentId}` };
}
