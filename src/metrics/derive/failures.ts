import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';

/**
 * Finds the failed deployments of a repository and their causes. It looks at what may be one alone, which an index
 * has: reverts, hotfixes, incidents, rollbacks, failed statuses, and what people marked. Of what they say that it did
 * not fail the causes are set aside.
 */
export async function refreshFailures(trx: Trx, place: Place, window: { hours: number }): Promise<void> {
  await linkIncidents(trx, place, window);
  const { tenantId, repositoryId } = place;
  const wanted = sql`
    select deployment_id, kind, linked_by, rule,
      case when recovered_at >= (
        select d.finished_at from production_deployments d
        where d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId} and d.deployment_id = causes.deployment_id
      ) then recovered_at end as recovered_at,
      deployment_id in (${markedDeployments(place, { failed: false })}) as set_aside
    from (
      ${failedStatuses(place)} union all ${rollbacks(place)} union all ${reverts(place)}
      union all ${hotfixes(place, window)} union all ${incidents(place)} union all ${marks(place)}
    ) causes`;
  await sql`
    with wanted as materialized (${wanted}),
    counting_gone as (${removeUnwanted(place, { table: 'deployment_failures', setAside: false })}),
    set_aside_gone as (${removeUnwanted(place, { table: 'set_aside_failures', setAside: true })}),
    set_aside_written as (${writeWanted(place, { table: 'set_aside_failures', setAside: true })})
    ${writeWanted(place, { table: 'deployment_failures', setAside: false })}`.execute(trx);
}

interface Target {
  readonly table: 'deployment_failures' | 'set_aside_failures';
  readonly setAside: boolean;
}

function removeUnwanted({ tenantId, repositoryId }: Place, { table, setAside }: Target): RawBuilder<unknown> {
  return sql`
    delete from ${sql.table(table)} f
    where f.tenant_id = ${tenantId} and f.repository_id = ${repositoryId} and not exists (
      select from wanted w
      where (w.deployment_id, w.kind, w.linked_by) = (f.deployment_id, f.kind, f.linked_by)
        and w.set_aside = ${setAside})`;
}

function writeWanted({ tenantId, repositoryId }: Place, { table, setAside }: Target): RawBuilder<unknown> {
  return sql`
    insert into ${sql.table(table)} as f
      (tenant_id, repository_id, deployment_id, kind, linked_by, rule, recovered_at)
    select ${tenantId}::bigint, ${repositoryId}::bigint, deployment_id, kind, linked_by, rule, recovered_at
    from wanted where set_aside = ${setAside}
    on conflict (tenant_id, repository_id, deployment_id, kind, linked_by) do update set
      rule = excluded.rule, recovered_at = excluded.recovered_at
    where (f.rule, f.recovered_at) is distinct from (excluded.rule, excluded.recovered_at)`;
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

function failedStatuses({ tenantId, repositoryId }: Place): RawBuilder<unknown> {
  return sql`
    select d.deployment_id, 'deploy_failed' as kind, 'status' as linked_by,
      case when d.outcome = 'failure' then 'outcome_failure' else 'failure_after_success' end as rule,
      (select n.finished_at from production_deployments n
        where n.tenant_id = ${tenantId} and n.repository_id = ${repositoryId} and n.environment = d.environment
          and n.outcome = 'success' and (n.finished_at, n.deployment_id) > (d.finished_at, d.deployment_id)
        order by n.finished_at, n.deployment_id limit 1) as recovered_at
    from production_deployments d
    where d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId}
      and (d.outcome = 'failure' or d.failed_again_at is not null)`;
}

function rollbacks({ tenantId, repositoryId }: Place): RawBuilder<unknown> {
  return sql`
    select r.rollback_of, 'rollback', 'deployment ' || r.deployment_id, 'strict_ancestor', r.finished_at
    from production_deployments r
    where r.tenant_id = ${tenantId} and r.repository_id = ${repositoryId} and r.rollback_of is not null`;
}

/**
 * The deployment that first ships the pull request `number`: `deployment_id, finished_at`. With `limit 1`: behind row
 * level security the planner has no statistics of an array that is not empty, and would join whole tables.
 */
export function firstDeploymentOf({ tenantId, repositoryId }: Place, number: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select m.shipped_by as deployment_id, m.shipped_at as finished_at from merged_pull_requests m
    where m.tenant_id = ${tenantId} and m.repository_id = ${repositoryId} and m.number = ${number}
      and m.shipped_by is not null
    limit 1`;
}

function reverts(place: Place): RawBuilder<unknown> {
  const { tenantId, repositoryId } = place;
  return sql`
    select blamed.deployment_id, 'revert', '#' || p.number, 'reverts #' || reverted.number, p.shipped_at
    from merged_pull_requests p
    cross join lateral unnest(p.reverts) as reverted (number)
    cross join lateral (${firstDeploymentOf(place, sql`reverted.number`)}) blamed
    where p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.reverts <> '{}'
      and blamed.finished_at <= p.merged_at`;
}

/** The last success in any production environment, at or before `at` and within the window. */
function lastSuccess({ tenantId, repositoryId }: Place, at: RawBuilder<unknown>, { hours }: { hours: number }) {
  return sql`
    select d.deployment_id from production_deployments d
    where d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId} and d.outcome = 'success'
      and d.finished_at <= ${at} and d.finished_at >= ${at} - make_interval(secs => ${hours * 3_600}::double precision)
    order by d.finished_at desc, d.deployment_id desc limit 1`;
}

function hotfixes(place: Place, window: { hours: number }): RawBuilder<unknown> {
  const { tenantId, repositoryId } = place;
  return sql`
    select blamed.deployment_id, 'hotfix', '#' || p.number, 'last_success_before_opening', p.shipped_at
    from merged_pull_requests p
    cross join lateral (${lastSuccess(place, sql`p.created_at`, window)}) blamed
    where p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.hotfix`;
}

function incidents({ tenantId, repositoryId }: Place): RawBuilder<unknown> {
  return sql`
    select i.deployment_id, 'incident', coalesce(i.reported_id, '#' || i.number), i.rule, i.closed_at
    from incidents i
    where i.tenant_id = ${tenantId} and i.repository_id = ${repositoryId} and i.deployment_id is not null`;
}

/**
 * What each incident blames: what people say, else what its body names, else the last success before it. An issue that
 * is one by a person's word alone blames nothing else.
 */
async function linkIncidents(trx: Trx, place: Place, window: { hours: number }): Promise<void> {
  const { tenantId, repositoryId } = place;
  const ofRepository = (table: string) =>
    sql`${sql.ref(`${table}.tenant_id`)} = ${tenantId} and ${sql.ref(`${table}.repository_id`)} = ${repositoryId}`;
  await sql`
    update incidents i set deployment_id = link.deployment_id, rule = link.rule
    from incidents o
    left join lateral (
      select l.deployment_id, l.rule from (
        select 0 as place, k.deployment_id, 'linked_by_hand' as rule from incident_links k
        join production_deployments d on ${ofRepository('d')} and d.deployment_id = k.deployment_id
          and d.source = k.source
        where ${ofRepository('k')} and k.number = o.number
        union all
        select 0, null, 'unlinked_by_hand' from incident_links k
        where ${ofRepository('k')} and k.number = o.number and k.deployment_id is null
        union all
        select 1, d.deployment_id, 'names_deployment' from production_deployments d
        where ${ofRepository('d')} and d.deployment_id = o.names_deployment and not o.by_hand
        union all
        select 2, f.deployment_id, 'names_pull_request'
        from (${firstDeploymentOf(place, sql`o.names_pull`)}) f where o.names_pull is not null and not o.by_hand
        union all
        select 3, f.deployment_id, 'names_commit' from (
          select c.deployment_id from deployment_changes c
          where ${ofRepository('c')} and c.sha >= o.names_sha and c.sha < o.names_sha || 'g'
          order by c.finished_at, c.deployment_id limit 1
        ) f where o.names_sha is not null and not o.by_hand
        union all
        select 4, f.deployment_id, 'names_deployed_commit' from (
          select d.deployment_id from production_deployments d
          where ${ofRepository('d')} and d.sha >= o.names_sha and d.sha < o.names_sha || 'g'
          order by d.finished_at, d.deployment_id limit 1
        ) f where o.names_sha is not null and not o.by_hand
        union all
        select 5, f.deployment_id, 'last_success_before_opening'
        from (${lastSuccess(place, sql`o.opened_at`, window)}) f where not o.by_hand
      ) l order by l.place limit 1
    ) link on true
    where ${ofRepository('i')} and ${ofRepository('o')} and o.number = i.number
      and (i.deployment_id, i.rule) is distinct from (link.deployment_id, link.rule)`.execute(trx);
}
