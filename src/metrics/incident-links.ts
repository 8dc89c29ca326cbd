import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { ConflictError, NotFoundError } from '../errors.ts';
import { type Actor, recordAudit } from '../tenancy/audit-log.ts';
import { applyWord, type MarkedDeployment } from './marked-deployment.ts';

interface Link {
  readonly number: number;
  readonly actor: Actor;
}

/** Says that an issue is an incident, if it is none, and that it blames a deployment. @throws NotFoundError */
export async function linkIncident(trx: Trx, deployment: MarkedDeployment, { number, actor }: Link): Promise<void> {
  const before = await getIncident(trx, deployment, number);
  const { deploymentId, source } = deployment;
  if (before.said_of === source && before.deployment_id === deploymentId) return;
  await saveLink(trx, deployment, { number, actor, blamed: { deploymentId, source } });
  const after = { deployment_id: deploymentId };
  await finish(trx, deployment, { number, actor, action: 'incident.link', before, after });
}

/** Says that an incident does not blame the deployment that it blames, nor another one. @throws NotFoundError, ConflictError */
export async function rejectIncident(trx: Trx, deployment: MarkedDeployment, { number, actor }: Link): Promise<void> {
  const before = await getIncident(trx, deployment, number);
  const { deploymentId } = deployment;
  if (before.by_hand && before.deployment_id === null) return;
  if (before.deployment_id !== deploymentId) {
    throw new ConflictError(`#${number} is not linked to deployment ${deploymentId}.`);
  }
  await saveLink(trx, deployment, { number, actor, blamed: { deploymentId: null, source: null } });
  const after = { deployment_id: null };
  await finish(trx, deployment, { number, actor, action: 'incident.reject', before, after });
}

/** Takes back what somebody said of an incident: what is derived counts again. @throws NotFoundError, ConflictError */
export async function unlinkIncident(trx: Trx, deployment: MarkedDeployment, { number, actor }: Link): Promise<void> {
  const { tenantId, repositoryId, deploymentId, source } = deployment;
  const before = await getIncident(trx, deployment, number);
  if (!before.by_hand) {
    if (before.deployment_id !== deploymentId) return;
    throw new ConflictError(
      `Nobody has linked #${number} to deployment ${deploymentId}: the rule ${before.rule} has. PUT {"linked": false} says that it is wrong.`,
    );
  }
  if (before.said_of === source && before.deployment_id !== deploymentId) {
    throw new ConflictError(`#${number} is linked to deployment ${before.deployment_id}: take it back there.`);
  }
  await sql`
    delete from incident_links
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and number = ${number}`.execute(trx);
  await finish(trx, deployment, { number, actor, action: 'incident.unlink', before, after: null });
}

interface Incident {
  /** What it blames. */
  readonly deployment_id: number | null;
  readonly rule: string | null;
  /** Whether somebody said so, and of which source that deployment is. */
  readonly by_hand: boolean;
  readonly said_of: string | null;
}

/** @throws NotFoundError when there is no such issue, and nothing reported */
async function getIncident(
  trx: Trx,
  { tenantId, repositoryId, repository }: MarkedDeployment,
  number: number,
): Promise<Incident> {
  const { rows } = await sql<Incident>`
    select case when k.number is null then i.deployment_id else k.deployment_id end as deployment_id, i.rule,
      k.number is not null as by_hand, k.source as said_of
    from (
      select number::bigint from issues
      where tenant_id = ${tenantId} and repository_id = ${repositoryId} and number = ${number}::bigint
        and observed_at is not null and deleted_at is null
      union
      select number from incidents
      where tenant_id = ${tenantId} and repository_id = ${repositoryId} and number = ${number}::bigint
    ) s
    left join incidents i on i.tenant_id = ${tenantId} and i.repository_id = ${repositoryId} and i.number = s.number
    left join incident_links k on k.tenant_id = ${tenantId} and k.repository_id = ${repositoryId}
      and k.number = s.number`.execute(trx);
  const [row] = rows;
  if (!row) throw new NotFoundError(`There is no issue or incident #${number} in ${repository}.`);
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

interface Change extends Link {
  readonly action: string;
  readonly before: Incident;
  readonly after: object | null;
}

async function finish(trx: Trx, deployment: MarkedDeployment, change: Change): Promise<void> {
  const { number, actor, action, after } = change;
  const { tenantId, repository } = deployment;
  const { deployment_id, rule } = change.before;
  const target = `${repository} incident #${number}`;
  await recordAudit(trx, { tenantId, actor, action, target, before: { deployment_id, rule }, after });
  await applyWord(trx, deployment, [number]);
}
