import { type RawBuilder, sql } from 'kysely';
import { isScoped, type MetricScope } from '../query/scope.ts';

/**
 * Deployments that another one repairs, as `repository_id, deployment_id, kind, linked_by, recovered_at`. A place is that
 * in the chain of successes of an environment.
 */
export function remediationsOf(scope: MetricScope): RawBuilder<unknown> {
  const { tenantId } = scope;
  return sql`
    with chain as materialized (
      select c.*, lag(c.place) over (partition by c.repository_id, c.environment, c.sha order by c.place) as same_before
      from (
        select d.repository_id, d.environment, d.deployment_id, d.sha, d.finished_at,
          row_number() over earlier as place, lag(d.sha) over earlier as sha_before,
          lag(d.deployment_id) over earlier as deployment_before
        from production_deployments d
        where d.tenant_id = ${tenantId} and ${isScoped(scope, 'd')} and d.outcome = 'success'
        window earlier as (partition by d.repository_id, d.environment order by d.finished_at, d.deployment_id)
      ) c
    ), repairs as materialized (
      select p.repository_id, p.number, p.shipped_by, p.reverts from merged_pull_requests p
      where p.tenant_id = ${tenantId} and ${isScoped(scope, 'p')} and p.shipped_by is not null and (p.hotfix or p.reverts <> '{}')
    )
    select f.repository_id, f.deployment_id, 'rollback' as kind, 'deployment ' || r.deployment_id as linked_by,
      r.finished_at as recovered_at
    from chain r
    join chain f on f.repository_id = r.repository_id and f.environment = r.environment and f.place = r.same_before + 1
    where r.sha_before <> r.sha
    union all
    select f.repository_id, f.deployment_id, case when p.reverts = '{}' then 'hotfix' else 'revert' end, '#' || p.number,
      r.finished_at
    from repairs p
    join chain r on r.repository_id = p.repository_id and r.deployment_id = p.shipped_by
    left join lateral (
      select o.shipped_by, o.shipped_at from merged_pull_requests o
      where o.tenant_id = ${tenantId} and o.repository_id = p.repository_id and o.number = any(p.reverts)
        and o.shipped_by is not null and (o.shipped_at, o.shipped_by) < (r.finished_at, r.deployment_id)
      order by o.shipped_at, o.shipped_by limit 1
    ) named on true
    join chain f on f.repository_id = r.repository_id
      and f.deployment_id = coalesce(named.shipped_by, r.deployment_before)`;
}
