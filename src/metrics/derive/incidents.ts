import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { MetricDefinition, Place } from '../definition.ts';
import { readCause } from './body-references.ts';
import { isIncident } from './labels.ts';

interface IssueText {
  readonly number: number;
  readonly body: string | null;
  readonly labels: string[] | null;
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
    select number, body, labels from issues
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and number = any(${numbers}::integer[])
      and observed_at is not null and deleted_at is null`.execute(trx);
  const found = rows
    .filter(({ labels }) => isIncident(labels ?? [], definition))
    .map(({ number, body }) => ({ number, cause: readCause({ body, fullName }) }));
  if (found.length === 0) return;
  await sql`
    insert into incidents (tenant_id, repository_id, number, opened_at, closed_at, names_deployment, names_pull, names_sha)
    select ${tenantId}::bigint, ${repositoryId}::bigint, i.number, i.created_at, i.closed_at,
      (x.cause ->> 'deployment')::bigint, (x.cause ->> 'pull')::integer, x.cause ->> 'sha'
    from jsonb_to_recordset(${JSON.stringify(found)}::jsonb) as x (number integer, cause jsonb)
    join issues i on i.tenant_id = ${tenantId} and i.repository_id = ${repositoryId}
      and i.number = x.number`.execute(trx);
}
