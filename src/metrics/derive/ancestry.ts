import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Chain } from './chain.ts';

/**
 * Whether one commit is reachable from another, or is the same; both have been reached by the chain. What a deployment
 * before the first one of `ancestor` reaches can not be a descendant, so the walk ends there.
 */
export async function isAncestor(
  trx: Trx,
  { tenantId, repositoryId, environment }: Chain,
  { ancestor, descendant }: { ancestor: string; descendant: string },
): Promise<boolean> {
  if (ancestor === descendant) return true;
  const { rows } = await sql<{ found: boolean }>`
    with recursive origin as (
      select m.finished_at, m.deployment_id,
        -- All that the first deployment of its own head ships are that head's ancestors.
        d.head_sha = m.sha as is_head
      from shipped_commits m
      join production_deployments d on d.tenant_id = ${tenantId} and d.repository_id = ${repositoryId}
        and d.deployment_id = m.deployment_id
      where m.tenant_id = ${tenantId} and m.repository_id = ${repositoryId} and m.sha = ${ancestor}
        and m.environment = ${environment}
    ), walk (sha) as (
      select ${descendant}::text where exists (select from origin)
      union
      select p.sha
      from walk w
      cross join lateral unnest((
        select c.parents from commits c
        where c.tenant_id = ${tenantId} and c.repository_id = ${repositoryId} and c.sha = w.sha)) as p (sha)
      where w.sha <> ${ancestor} and (p.sha = ${ancestor} or (
        select case when o.is_head
          then (m.finished_at, m.deployment_id) > (o.finished_at, o.deployment_id)
          else (m.finished_at, m.deployment_id) >= (o.finished_at, o.deployment_id) end
        from shipped_commits m cross join origin o
        where m.tenant_id = ${tenantId} and m.repository_id = ${repositoryId} and m.sha = p.sha
          and m.environment = ${environment}))
    )
    select exists (select from walk where sha = ${ancestor}) as found`.execute(trx);
  return rows[0]?.found ?? false;
}
