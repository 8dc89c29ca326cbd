import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';

/** What changed of a repository, that causes of failures and rework may depend on. */
export interface CauseChanges {
  /** Deployments that came, went, or stand otherwise. */
  readonly deployments: readonly number[];
  /** The earliest finish of those that came, went, or finish at another time; null: there is none. */
  readonly since: Date | null;
  /** Pull requests, also those that another deployment ships now. */
  readonly pulls: readonly number[];
  /** Negative ones are of reported incidents. */
  readonly issues: readonly number[];
}

/** The rows that causes are found from, each by itself. Undefined, where they are asked for: all of the repository. */
export interface CauseSources {
  readonly deployments: readonly number[];
  readonly pulls: readonly number[];
  /** Of issues that are incidents, or were. */
  readonly incidents: readonly number[];
}

/**
 * Finds the rows whose causes may be other ones now. Besides what changed itself, these are what blames the last success
 * before it, or recovers with the next one after it, and what names or reverts something that changed. Rows are only
 * compared here, so that what looks up deployments is in proportion to what changed, and not to the history.
 */
export async function findCauseSources(trx: Trx, place: Place, changes: CauseChanges): Promise<CauseSources> {
  const { deployments, pulls, issues } = changes;
  // As JSON: the driver gives the numbers of a bigint[] as texts.
  const { rows } = await sql<CauseSources>`
    select ${asJson(dependentFailures(place, changes))} as deployments, ${asJson(dependentPulls(place, changes))} as pulls,
      ${asJson(dependentIncidents(place, changes))} as incidents`.execute(trx);
  const [found] = rows;
  if (!found) throw new Error('a query without a table has one row');
  return {
    deployments: [...new Set([...deployments, ...found.deployments])],
    pulls: [...new Set([...pulls, ...found.pulls])],
    incidents: [...new Set([...issues, ...found.incidents])],
  };
}

function asJson(numbers: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`array_to_json(array(${numbers}))`;
}

/** Failed deployments that recover with a success which changed, or may recover with a new one. */
function dependentFailures({ tenantId, repositoryId }: Place, { since }: CauseChanges): RawBuilder<unknown> {
  const of = (table: string) => sql`
    select f.deployment_id from ${sql.table(table)} f
    where f.tenant_id = ${tenantId} and f.repository_id = ${repositoryId} and f.kind = 'deploy_failed'
      and coalesce(f.recovered_at, 'infinity') >= ${since}::timestamptz`;
  return sql`${of('deployment_failures')} union all ${of('set_aside_failures')}`;
}

function dependentPulls({ tenantId, repositoryId }: Place, changes: CauseChanges): RawBuilder<unknown> {
  const { since, pulls, issues } = changes;
  return sql`
    select p.number from merged_pull_requests p
    where p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId}
      and (p.hotfix or p.reverts <> '{}' or p.closes <> '{}')
      and (p.reverts && ${pulls}::integer[] or p.closes::bigint[] && ${issues}::bigint[]
        or p.hotfix and p.created_at >= ${since}::timestamptz)`;
}

/** Those that name a commit are few, and it may be the start of any that changed. */
function dependentIncidents({ tenantId, repositoryId }: Place, changes: CauseChanges): RawBuilder<unknown> {
  const { deployments, since, pulls } = changes;
  return sql`
    select i.number from incidents i
    left join incident_links k on k.tenant_id = ${tenantId} and k.repository_id = ${repositoryId}
      and k.number = i.number
    where i.tenant_id = ${tenantId} and i.repository_id = ${repositoryId}
      and (i.opened_at >= ${since}::timestamptz or i.names_sha is not null
        or i.names_deployment = any(${deployments}::bigint[]) or k.deployment_id = any(${deployments}::bigint[])
        or i.names_pull = any(${pulls}::integer[]))`;
}
