import { type RawBuilder, sql } from 'kysely';

/** The last one to production that finished, whatever came of it: `deployment_id`. Each outcome has an index. */
export function lastDeploymentOf(tenantId: number, repositoryId: RawBuilder<unknown>): RawBuilder<unknown> {
  const latest = sql`order by d.finished_at desc, d.deployment_id desc limit 1`;
  const of = (outcome: 'success' | 'failure') => sql`
    select d.deployment_id, d.finished_at from production_deployments d
    where d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId} and d.outcome = ${sql.lit(outcome)} ${latest}`;
  return sql`select d.deployment_id from ((${of('success')}) union all (${of('failure')})) d ${latest}`;
}
