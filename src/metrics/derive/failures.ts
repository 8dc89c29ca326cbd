import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';
import { firstDeploymentOf, lastSuccess } from './blamed-deployment.ts';
import type { CauseSources } from './cause-sources.ts';
import { isOneOf } from './is-one-of.ts';
import { linkIncidents } from './link-incidents.ts';

interface Looked {
  /** How long before a hotfix or an incident what it blames may have finished. */
  readonly hours: number;
  /** Undefined: all. */
  readonly sources: CauseSources | undefined;
}

export interface FoundFailures {
  /** Incidents that blame another deployment than before. */
  readonly linked: readonly number[];
  /** How many rows differed. */
  readonly failures: number;
  readonly setAside: number;
}

/**
 * Finds the failed deployments of a repository and their causes. It looks at what may be one alone, which an index
 * has: reverts, hotfixes, incidents, rollbacks, failed statuses, and what people marked. Of what they say that it did
 * not fail the causes are set aside.
 */
export async function refreshFailures(trx: Trx, place: Place, { hours, sources }: Looked): Promise<FoundFailures> {
  const linked = await linkIncidents(trx, place, { hours, incidents: sources?.incidents });
  const { tenantId, repositoryId } = place;
  const wanted = sql`
    select deployment_id, kind, linked_by, rule,
      case when recovered_at >= (
        select d.finished_at from production_deployments d
        where d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId} and d.deployment_id = causes.deployment_id
      ) then recovered_at end as recovered_at,
      deployment_id in (${markedDeployments(place, { failed: false })}) as set_aside
    from (
      ${failedStatuses(place, sources)} union all ${rollbacks(place, sources)} union all ${reverts(place, sources)}
      union all ${hotfixes(place, { hours, sources })} union all ${incidents(place, sources)} union all ${marks(place)}
    ) causes`;
  const { rows } = await sql<Omit<FoundFailures, 'linked'>>`
    with wanted as materialized (${wanted}),
    counting_gone as (${removeUnwanted(place, { table: 'deployment_failures', setAside: false, sources })}),
    counting_written as (${writeWanted(place, { table: 'deployment_failures', setAside: false })}),
    set_aside_gone as (${removeUnwanted(place, { table: 'set_aside_failures', setAside: true, sources })}),
    set_aside_written as (${writeWanted(place, { table: 'set_aside_failures', setAside: true })})
    select (select count(*) from counting_gone) + (select count(*) from counting_written) as failures,
      (select count(*) from set_aside_gone) + (select count(*) from set_aside_written) as "setAside"`.execute(trx);
  const [differed] = rows;
  if (!differed) throw new Error('a query without a table has one row');
  return { linked, ...differed };
}

interface Target {
  readonly table: 'deployment_failures' | 'set_aside_failures';
  readonly setAside: boolean;
}

function removeUnwanted(
  place: Place,
  { table, setAside, sources }: Target & Pick<Looked, 'sources'>,
): RawBuilder<unknown> {
  const { tenantId, repositoryId } = place;
  return sql`
    delete from ${sql.table(table)} f
    where f.tenant_id = ${tenantId} and f.repository_id = ${repositoryId} and ${isFoundFrom(place, sources)}
      and not exists (
      select from wanted w
      where (w.deployment_id, w.kind, w.linked_by) = (f.deployment_id, f.kind, f.linked_by)
        and w.set_aside = ${setAside})
    returning 1`;
}

/** Whether the cause `f` was found from one of these. Marks are few: all of them are looked at each time. */
function isFoundFrom({ tenantId, repositoryId }: Place, sources: CauseSources | undefined): RawBuilder<unknown> {
  if (!sources) return sql`true`;
  const { deployments, pulls, incidents } = sources;
  const [rollbackNames, pullNames] = [deployments.map((id) => `deployment ${id}`), pulls.map((number) => `#${number}`)];
  const issueNames = incidents.filter((number) => number > 0).map((number) => `#${number}`);
  return sql`case f.kind
    when 'deploy_failed' then f.deployment_id = any(${deployments}::bigint[])
    when 'rollback' then f.linked_by = any(${rollbackNames}::text[])
    when 'incident' then f.linked_by = any(${issueNames}::text[]) or f.linked_by in (
      select i.reported_id from incidents i
      where i.tenant_id = ${tenantId} and i.repository_id = ${repositoryId} and i.number = any(${incidents}::bigint[]))
    when 'manual' then true
    else f.linked_by = any(${pullNames}::text[]) end`;
}

function writeWanted({ tenantId, repositoryId }: Place, { table, setAside }: Target): RawBuilder<unknown> {
  return sql`
    insert into ${sql.table(table)} as f
      (tenant_id, repository_id, deployment_id, kind, linked_by, rule, recovered_at)
    select ${tenantId}::bigint, ${repositoryId}::bigint, deployment_id, kind, linked_by, rule, recovered_at
    from wanted where set_aside = ${setAside}
    on conflict (tenant_id, repository_id, deployment_id, kind, linked_by) do update set
      rule = excluded.rule, recovered_at = excluded.recovered_at
    where (f.rule, f.recovered_at) is distinct from (excluded.rule, excluded.recovered_at)
    returning 1`;
}

function markedDeployments(place: Place, { failed }: { failed: boolean }): RawBuilder<unknown> {
  return sql`select m.deployment_id from (${marksOfProduction(place)}) m where m.failed = ${failed}`;
}

/** What people say of deployments of the source that is chosen now. */
function marksOfProduction({ tenantId, repositoryId }: Place): RawBuilder<unknown> {
  return sql`
    select k.* from deployment_marks k
    join production_deployments d on d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId}
      and d.deployment_id = k.deployment_id and d.source = k.source
    where k.tenant_id = ${tenantId} and k.repository_id = ${repositoryId}`;
}

function marks(place: Place): RawBuilder<unknown> {
  return sql`
    select m.deployment_id, 'manual', m.marked_by, coalesce(m.reason, ''), m.recovered_at
    from (${marksOfProduction(place)}) m where m.failed`;
}

function failedStatuses({ tenantId, repositoryId }: Place, sources: CauseSources | undefined): RawBuilder<unknown> {
  return sql`
    select d.deployment_id, 'deploy_failed' as kind, 'status' as linked_by,
      case when d.outcome = 'failure' then 'outcome_failure' else 'failure_after_success' end as rule,
      (select n.finished_at from production_deployments n
        where n.tenant_id = ${tenantId} and n.repository_id = ${repositoryId} and n.environment = d.environment
          and n.outcome = 'success' and (n.finished_at, n.deployment_id) > (d.finished_at, d.deployment_id)
        order by n.finished_at, n.deployment_id limit 1) as recovered_at
    from production_deployments d
    where d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId}
      and (d.outcome = 'failure' or d.failed_again_at is not null)
      and ${isOneOf(sql`d.deployment_id`, sources?.deployments)}`;
}

function rollbacks({ tenantId, repositoryId }: Place, sources: CauseSources | undefined): RawBuilder<unknown> {
  return sql`
    select r.rollback_of, 'rollback', 'deployment ' || r.deployment_id, 'strict_ancestor', r.finished_at
    from production_deployments r
    where r.tenant_id = ${tenantId} and r.repository_id = ${repositoryId} and r.rollback_of is not null
      and ${isOneOf(sql`r.deployment_id`, sources?.deployments)}`;
}

/** Several reverts of what one deployment shipped are one cause. */
function reverts(place: Place, sources: CauseSources | undefined): RawBuilder<unknown> {
  const { tenantId, repositoryId } = place;
  return sql`
    select blamed.deployment_id, 'revert', '#' || p.number,
      'reverts ' || string_agg('#' || reverted.number, ', ' order by reverted.number), p.shipped_at
    from merged_pull_requests p
    cross join lateral unnest(p.reverts) as reverted (number)
    cross join lateral (${firstDeploymentOf(place, sql`reverted.number`)}) blamed
    where p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.reverts <> '{}'
      and blamed.finished_at <= p.merged_at and ${isOneOf(sql`p.number`, sources?.pulls)}
    group by blamed.deployment_id, p.number, p.shipped_at`;
}

function hotfixes(place: Place, { hours, sources }: Looked): RawBuilder<unknown> {
  const { tenantId, repositoryId } = place;
  return sql`
    select blamed.deployment_id, 'hotfix', '#' || p.number, 'last_success_before_opening', p.shipped_at
    from merged_pull_requests p
    cross join lateral (${lastSuccess(place, sql`p.created_at`, { hours })}) blamed
    where p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.hotfix
      and ${isOneOf(sql`p.number`, sources?.pulls)}`;
}

function incidents({ tenantId, repositoryId }: Place, sources: CauseSources | undefined): RawBuilder<unknown> {
  return sql`
    select i.deployment_id, 'incident', coalesce(i.reported_id, '#' || i.number), i.rule, i.closed_at
    from incidents i
    where i.tenant_id = ${tenantId} and i.repository_id = ${repositoryId} and i.deployment_id is not null
      and ${isOneOf(sql`i.number`, sources?.incidents)}`;
}
