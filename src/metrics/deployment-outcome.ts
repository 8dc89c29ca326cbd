import { type RawBuilder, sql } from 'kysely';

/** Whether the deployment `d` goes to production: it says so itself, or its environment's name matches. */
export function isProduction(expression: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`(d.production_environment is true or d.environment ~* ${expression})`;
}

/**
 * A lateral row `outcome, finished_at` of the deployment `d`: its first success; with none, its first failure.
 * Other states, and what comes after the success, change neither; `failed_again_at` is the first failure after it.
 */
export function deploymentOutcome(tenantId: number) {
  return sql<{ outcome: 'success' | 'failure' | 'unfinished'; finished_at: Date | null; failed_again_at: Date | null }>`
    select
      case when succeeded_at is not null then 'success' when failed_at is not null then 'failure' else 'unfinished' end
        as outcome,
      coalesce(succeeded_at, failed_at) as finished_at,
      case when last_failed_at > succeeded_at then (
        select min(s.created_at) from deployment_statuses s
        where s.tenant_id = ${tenantId} and s.repository_id = d.repository_id and s.deployment_id = d.deployment_id
          and s.state in ('failure', 'error') and s.created_at > succeeded_at
      ) end as failed_again_at
    from (
      select min(s.created_at) filter (where s.state = 'success') as succeeded_at,
        min(s.created_at) filter (where s.state in ('failure', 'error')) as failed_at,
        max(s.created_at) filter (where s.state in ('failure', 'error')) as last_failed_at
      from deployment_statuses s
      where s.tenant_id = ${tenantId} and s.repository_id = d.repository_id and s.deployment_id = d.deployment_id
    ) times`;
}
