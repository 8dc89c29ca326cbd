import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { MetricDefinition, Place } from '../definition.ts';
import { readCause } from './body-references.ts';
import { isIncident } from './labels.ts';

interface IssueText {
  readonly number: number;
  readonly body: string | null;
  readonly labels: string[] | null;
  /** Whether somebody links it to a deployment. */
  readonly linked: boolean;
}

/** Writes anew which of these issues are incidents, and what their bodies name; what they blame is found later. */
export async function refreshIncidents(
  trx: Trx,
  { tenantId, repositoryId }: Place,
  { numbers, fullName, definition }: { numbers: readonly number[]; fullName: string; definition: MetricDefinition },
): Promise<void> {
  if (numbers.length === 0) return;
  await sql`
    delete from incidents
    where tenant_id = ${tenantId} and repository_id = ${repositoryId}
      and number = any(${numbers}::integer[])`.execute(trx);
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
