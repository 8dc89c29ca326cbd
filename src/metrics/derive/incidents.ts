import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { reportedNumber } from '../../facts/reported-number.ts';
import type { MetricDefinition, Place } from '../definition.ts';
import { type NamedCause, readCause } from './body-references.ts';
import { isIncident } from './labels.ts';
import { writeDifferences } from './write-differences.ts';

interface Listed {
  /** Of issues; negative ones are of reported incidents. Undefined: all. */
  readonly numbers: readonly number[] | undefined;
  readonly fullName: string;
  readonly definition: MetricDefinition;
}

/**
 * Brings up to date which of these are incidents, and what they name as their cause; what they blame is found later.
 * @returns those that differed
 */
export async function refreshIncidents(trx: Trx, place: Place, listed: Listed): Promise<readonly number[]> {
  const { numbers } = listed;
  if (numbers?.length === 0) return [];
  const { tenantId, repositoryId } = place;
  const [issues, reported] = [await listIssues(trx, place, listed), await listReported(trx, place, numbers)];
  // As JSON: the driver gives the numbers of a bigint[] as texts.
  const { differed } = await writeDifferences<{ differed: number[] }>(trx, place, {
    table: 'incidents',
    key: ['number'],
    columns: ['opened_at', 'closed_at', 'by_hand', 'reported_id', 'names_deployment', 'names_pull', 'names_sha'],
    wanted: sql`
      select i.number::bigint as number, i.created_at as opened_at, i.closed_at, x.by_hand, null::text as reported_id,
        (x.cause ->> 'deployment')::bigint as names_deployment, (x.cause ->> 'pull')::integer as names_pull,
        x.cause ->> 'sha' as names_sha
      from jsonb_to_recordset(${JSON.stringify(issues)}::jsonb) as x (number integer, by_hand boolean, cause jsonb)
      join issues i on i.tenant_id = ${tenantId} and i.repository_id = ${repositoryId} and i.number = x.number
      union all
      select x.number, r.opened_at, r.closed_at, false, r.reported_id, r.names_deployment, r.names_pull, r.names_sha
      from unnest(${reported}::text[], ${reported.map(reportedNumber)}::bigint[]) as x (reported_id, number)
      join reported_incidents r on r.tenant_id = ${tenantId} and r.repository_id = ${repositoryId}
        and r.reported_id = x.reported_id`,
    among: numbers ? sql`number = any(${numbers}::bigint[])` : sql`true`,
    telling: sql`coalesce(json_agg(number), '[]') as differed`,
  });
  return differed;
}

interface IssueText {
  readonly number: number;
  readonly body: string | null;
  readonly labels: string[] | null;
  /** Whether somebody links it to a deployment. */
  readonly linked: boolean;
}

interface FoundIssue {
  readonly number: number;
  readonly by_hand: boolean;
  readonly cause: NamedCause;
}

async function listIssues(
  trx: Trx,
  { tenantId, repositoryId }: Place,
  { numbers, fullName, definition }: Listed,
): Promise<FoundIssue[]> {
  const listed = numbers?.filter((number) => number > 0);
  const { rows } = await sql<IssueText>`
    select * from (
      select i.number, i.body, i.labels, exists (
        select from incident_links k
        where k.tenant_id = ${tenantId} and k.repository_id = ${repositoryId} and k.number = i.number
          and k.deployment_id is not null) as linked
      from issues i
      where i.tenant_id = ${tenantId} and i.repository_id = ${repositoryId}
        and ${listed ? sql`i.number = any(${listed}::integer[])` : sql`true`}
        and i.observed_at is not null and i.deleted_at is null
    ) i where i.linked or i.labels <> '{}'`.execute(trx);
  return rows.flatMap(({ number, body, labels, linked }) => {
    const labelled = isIncident(labels ?? [], definition);
    return labelled || linked ? [{ number, by_hand: !labelled, cause: readCause({ body, fullName }) }] : [];
  });
}

/** Few enough to be looked through: the number does not lead back to the name that it is made of. */
async function listReported(
  trx: Trx,
  { tenantId, repositoryId }: Place,
  numbers: readonly number[] | undefined,
): Promise<string[]> {
  const listed = numbers && new Set(numbers.filter((number) => number < 0));
  if (listed?.size === 0) return [];
  const { rows } = await sql<{ reported_id: string }>`
    select reported_id from reported_incidents
    where tenant_id = ${tenantId} and repository_id = ${repositoryId}`.execute(trx);
  const names = rows.map(({ reported_id }) => reported_id);
  return listed ? names.filter((name) => listed.has(reportedNumber(name))) : names;
}
