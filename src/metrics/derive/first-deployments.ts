import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';

/**
 * Writes to merged pull requests which deployment has them first, and where they came to production first. A change's
 * first deployment of all is the first of those that ship it, or a baseline.
 * @param numbers of these; undefined: of all
 * @returns those that are shipped otherwise than before
 */
export async function refreshFirstDeployments(
  trx: Trx,
  { tenantId, repositoryId }: Place,
  numbers?: readonly number[],
): Promise<number[]> {
  if (numbers?.length === 0) return [];
  const isWanted = (number: string) => (numbers ? sql`${sql.ref(number)} = any(${numbers}::integer[])` : sql`true`);
  const { rows } = await sql<{ number: number }>`
    with shipping as (
      select distinct on (c.number) c.number, c.standing = 'first' as is_first, c.deployment_id, c.finished_at, c.environment
      from deployment_changes c
      where c.tenant_id = ${tenantId} and c.repository_id = ${repositoryId} and c.number > 0 and c.is_change
        and ${isWanted('c.number')}
      order by c.number, c.finished_at, c.deployment_id
    ), wanted as (
      select p.number, s.deployment_id as shipped_by, s.finished_at as shipped_at,
        case when s.is_first then s.deployment_id end as deployment_id,
        case when s.is_first then s.finished_at end as deployed_at, case when s.is_first then s.environment end as deployed_to
      from merged_pull_requests p
      left join shipping s on s.number = p.number
      where p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and ${isWanted('p.number')}
    )
    update merged_pull_requests p set shipped_by = w.shipped_by, shipped_at = w.shipped_at,
      first_deployment_id = w.deployment_id, deployed_at = w.deployed_at, deployed_to = w.deployed_to
    from wanted w
    where p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.number = w.number
      and (p.shipped_by, p.shipped_at, p.first_deployment_id, p.deployed_at, p.deployed_to)
        is distinct from (w.shipped_by, w.shipped_at, w.deployment_id, w.deployed_at, w.deployed_to)
    returning p.number`.execute(trx);
  return rows.map(({ number }) => number);
}
