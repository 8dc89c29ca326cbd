import { sql } from 'kysely';
import { hasAccess } from '../access/access-level.ts';
import type { Trx } from '../../db/tenant.ts';
import { ConflictError, NotFoundError } from '../errors.ts';
import { markDeployment } from '../metrics/deployment-marks.ts';
import { getMarkedDeployment } from '../metrics/marked-deployment.ts';
import type { CheckedHead } from '../queue.ts';
import { type Actor, recordAudit } from '../tenancy/audit-log.ts';

/** Somebody has pressed a button of a check run. GitHub shows them to whoever may write; what they may, is asked here. */
export interface Press {
  readonly head: CheckedHead;
  readonly identifier: string;
  readonly person: { readonly id: number; readonly login: string };
}

/** What one must be allowed in the repository: a mark changes everybody's numbers. */
const least = { not_a_failure: 'maintain', hide: 'write', show: 'write' } as const;

/** @returns false when the person may not, or there is no such button */
export async function pressButton(trx: Trx, { head, identifier, person }: Press): Promise<boolean> {
  if (identifier === 'refresh') return true;
  if (identifier !== 'not_a_failure' && identifier !== 'hide' && identifier !== 'show') return false;
  const pull = await findPull(trx, head);
  if (!pull || !(await hasAccess(trx, { ...head, userId: person.id }, least[identifier]))) return false;
  const actor = { name: person.login, address: null, userAgent: null };
  if (identifier === 'not_a_failure') await takeBackFailure(trx, pull, actor);
  else await setHidden(trx, pull, { hidden: identifier === 'hide', actor });
  return true;
}

interface PressedPull {
  readonly tenantId: number;
  readonly repositoryId: number;
  readonly repository: string;
  readonly number: number;
  readonly deploymentId: number | null;
}

async function findPull(trx: Trx, { tenantId, repositoryId, headSha }: CheckedHead): Promise<PressedPull | undefined> {
  const { rows } = await sql<PressedPull>`
    select c.tenant_id as "tenantId", c.repository_id as "repositoryId", r.full_name as repository, c.number,
      m.first_deployment_id as "deploymentId"
    from published_check_runs c
    join repositories r on r.tenant_id = ${tenantId} and r.repository_id = c.repository_id and r.full_name is not null
      and r.deleted_at is null
    left join merged_pull_requests m on m.tenant_id = ${tenantId} and m.repository_id = c.repository_id
      and m.number = c.number
    where c.tenant_id = ${tenantId} and c.repository_id = ${repositoryId} and c.head_sha = ${headSha}
      and c.number is not null and not c.merge_group`.execute(trx);
  return rows[0];
}

/** Of the deployment that first shipped the pull request; whoever presses twice says it once. */
async function takeBackFailure(trx: Trx, pull: PressedPull, actor: Actor): Promise<void> {
  const { tenantId, repositoryId, number, deploymentId } = pull;
  if (deploymentId === null) return;
  try {
    const deployment = await getMarkedDeployment(trx, { tenantId, deploymentId, repositoryId });
    const reason = `"Not a failure" on #${number}`;
    await markDeployment(trx, deployment, { failed: false, reason, recoveredAt: null, actor });
  } catch (error) {
    // Something else counts as a deployment since: there is nothing left to take back.
    if (!(error instanceof NotFoundError || error instanceof ConflictError)) throw error;
  }
}

async function setHidden(
  trx: Trx,
  { tenantId, repositoryId, repository, number }: PressedPull,
  { hidden, actor }: { readonly hidden: boolean; readonly actor: Actor },
): Promise<void> {
  const { rows } = hidden
    ? await sql`
        insert into hidden_check_runs (tenant_id, repository_id, number, hidden_by)
        values (${tenantId}, ${repositoryId}, ${number}, ${actor.name}) on conflict do nothing
        returning number`.execute(trx)
    : await sql`
        delete from hidden_check_runs
        where tenant_id = ${tenantId} and repository_id = ${repositoryId} and number = ${number}
        returning number`.execute(trx);
  if (rows.length === 0) return;
  await recordAudit(trx, {
    tenantId,
    actor,
    action: hidden ? 'check_run.hide' : 'check_run.show',
    target: `${repository} #${number}`,
    before: { hidden: !hidden },
    after: { hidden },
  });
}
