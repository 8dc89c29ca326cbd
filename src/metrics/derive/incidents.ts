import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { reportedNumber } from '../../facts/reported-number.ts';
import type { MetricDefinition, Place } from '../definition.ts';
import { readCause } from './body-references.ts';
import { isIncident } from './labels.ts';

interface Listed {
  /** Of issues; negative ones are of reported incidents. */
  readonly numbers: readonly number[];
  readonly fullName: string;
  readonly definition: MetricDefinition;
}

/** Writes anew which of these are incidents, and what they name as their cause; what they blame is found later. */
export async function refreshIncidents(trx: Trx, place: Place, listed: Listed): Promise<void> {
  const { numbers } = listed;
  if (numbers.length === 0) return;
  const { tenantId, repositoryId } = place;
  await sql`
    delete from incidents
    where tenant_id = ${tenantId} and repository_id = ${repositoryId}
      and number = any(${numbers}::bigint[])`.execute(trx);
  await addIssues(trx, place, { ...listed, numbers: numbers.filter((number) => number > 0) });
  await addReported(trx, place, new Set(numbers.filter((number) => number < 0)));
}

interface IssueText {
  readonly number: number;
  readonly body: string | null;
  readonly labels: string[] | null;
  /** Whether somebody links it to a deployment. */
  readonly linked: boolean;
}

async function addIssues(
  trx: Trx,
  { tenantId, repositoryId }: Place,
  { numbers, fullName, definition }: Listed,
): Promise<void> {
  const { rows } = await sql<IssueText>`
    select i.number, i.body, i.labels, exists (
      select from incident_links k
      where k.tenant_id = ${tenantId} and k.repository_id = ${repositoryId} and k.number = i.number
        and k.deployment_id is not null) as linked
    from issues i
    where i.tenant_id = ${tenantId} and i.repository_id = ${repositoryId} and i.number = any(${numbers}::integer[])
      and i.observed_at is not null and i.deleted_at is null`.execute(trx);
  const found = rows.flatMap(({ number, body, labels, linked }) => {
    const labelled = isIncident(labels ?? [], definition);
    return labelled || linked ? [{ number, by_hand: !labelled, cause: readCause({ body, fullName }) }] : [];
  });
  if (found.length === 0) return;
  await sql`
    insert into incidents (tenant_id, repository_id, number, opened_at, closed_at, by_hand, names_deployment,
      names_pull, names_sha)
    select ${tenantId}::bigint, ${repositoryId}::bigint, i.number, i.created_at, i.closed_at, x.by_hand,
      (x.cause ->> 'deployment')::bigint, (x.cause ->> 'pull')::integer, x.cause ->> 'sha'
    from jsonb_to_recordset(${JSON.stringify(found)}::jsonb) as x (number integer, by_hand boolean, cause jsonb)
    join issues i on i.tenant_id = ${tenantId} and i.repository_id = ${repositoryId}
      and i.number = x.number`.execute(trx);
}

/** Few enough to be looked through: the number does not lead back to the name that it is made of. */
async function addReported(trx: Trx, { tenantId, repositoryId }: Place, numbers: ReadonlySet<number>): Promise<void> {
  if (numbers.size === 0) return;
  const { rows } = await sql<{ reported_id: string }>`
    select reported_id from reported_incidents
    where tenant_id = ${tenantId} and repository_id = ${repositoryId}`.execute(trx);
  const names = rows.map(({ reported_id }) => reported_id).filter((name) => numbers.has(reportedNumber(name)));
  await sql`
    insert into incidents (tenant_id, repository_id, number, reported_id, opened_at, closed_at, names_deployment,
      names_pull, names_sha)
    select ${tenantId}::bigint, ${repositoryId}::bigint, x.number, r.reported_id, r.opened_at, r.closed_at,
      r.names_deployment, r.names_pull, r.names_sha
    from unnest(${names}::text[], ${names.map(reportedNumber)}::bigint[]) as x (reported_id, number)
    join reported_incidents r on r.tenant_id = ${tenantId} and r.repository_id = ${repositoryId}
      and r.reported_id = x.reported_id`.execute(trx);
}
