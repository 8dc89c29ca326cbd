import { type RawBuilder, sql } from 'kysely';
import type { Place } from '../definition.ts';

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

/** The last success in any production environment, at or before `at` and within the window. */
export function lastSuccess({ tenantId, repositoryId }: Place, at: RawBuilder<unknown>, { hours }: { hours: number }) {
  return sql`
    select d.deployment_id from production_deployments d
    where d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId} and d.outcome = 'success'
      and d.finished_at <= ${at} and d.finished_at >= ${at} - make_interval(secs => ${hours * 3_600}::double precision)
    order by d.finished_at desc, d.deployment_id desc limit 1`;
}
