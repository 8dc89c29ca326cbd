import { type RawBuilder, sql } from 'kysely';
import type { MetricScope } from '../query/scope.ts';
import { deployedEver, deployedWithin, type Finish } from './deployed.ts';
import { incidentsOf } from './incidents.ts';
import { remediationsOf } from './remediations.ts';
import type { SettingsOf } from './settings.ts';

interface Blaming {
  readonly blame: SettingsOf<'change-fail-rate'>['blame'];
  readonly finish: Finish;
}

/** Why deployments failed, as `repository_id, deployment_id, recovered_at`: a row for each cause of each. */
export function failuresBy(scope: MetricScope, { blame, finish }: Blaming): RawBuilder<unknown> {
  switch (blame) {
    case undefined:
      return sql`
        select f.repository_id, f.deployment_id, f.recovered_at from deployment_failures f
        where f.tenant_id = ${scope.tenantId}`;
    case 'remediation':
      return remediationsOf(scope);
    case 'root_cause':
      return sql`
        select d.repository_id, d.deployment_id, i.closed_at as recovered_at
        from (${deployedCommits(scope, deployedWithin(scope, finish))}) d
        join (${incidentsOf(scope, 'labelled_incident')}) i on i.root_cause = d.pushed_sha`;
    case 'last_success':
    case 'until_next':
      return sql`
        select repository_id, deployment_id, closed_at as recovered_at
        from (${blamedByTime(scope, { blame, finish })}) blamed`;
  }
}

/** The commits of the push of whose head each deployment is, as `pushed_sha`. */
export function deployedCommits({ tenantId }: MetricScope, deployments: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select d.*, x.sha as pushed_sha
    from (${deployments}) d
    join pushes h on h.tenant_id = ${tenantId} and h.repository_id = d.repository_id and h.head_sha = d.sha
    cross join lateral unnest(h.shas) as x (sha)
    where d.outcome = 'success'`;
}

interface ByTime {
  readonly blame: 'last_success' | 'until_next';
  readonly finish: Finish;
}

/**
 * Each incident with the last deployment before it in all that is asked for, as `repository_id, deployment_id, at,
 * number, opened_at, closed_at`. Both are put in one line, so that it takes no search for each incident.
 */
export function blamedByTime(scope: MetricScope, { blame, finish }: ByTime): RawBuilder<unknown> {
  const { from, to } = scope;
  const isStrict = blame === 'last_success';
  const deployments = isStrict
    ? sql`select * from (${deployedEver(scope, finish)}) d where d.outcome = 'success'`
    : deployedWithin(scope, finish);
  const incidents = isStrict
    ? incidentsOf(scope, undefined)
    : sql`select * from (${incidentsOf(scope, 'with_reverts')}) i where i.opened_at >= ${from} and i.opened_at < ${to}`;
  return sql`
    with line as (
      select d.at as time, ${isStrict ? 1 : 0}::integer as turn, d.repository_id, d.deployment_id, null::bigint as number,
        null::timestamptz as closed_at
      from (${deployments}) d
      union all
      select i.opened_at, ${isStrict ? 0 : 1}::integer, i.repository_id, null, i.number, i.closed_at from (${incidents}) i
    ), placed as materialized (
      select l.*, count(deployment_id) over (order by time, turn, repository_id, deployment_id
        rows unbounded preceding) as place
      from line l
    )
    select d.repository_id, d.deployment_id, d.time as at, i.number, i.time as opened_at, i.closed_at
    from placed i join placed d on d.place = i.place and d.deployment_id is not null
    where i.number is not null`;
}
