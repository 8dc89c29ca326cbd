import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';

/**
 * Writes to merged pull requests where they were deployed first, from what deployments ship.
 * @param numbers of these; undefined: of all
 */
export async function refreshFirstDeployments(
  trx: Trx,
  { tenantId, repositoryId }: Place,
  numbers?: readonly number[],
): Promise<void> {
  if (numbers?.length === 0) return;
  const isWanted = (number: string) => (numbers ? sql`${sql.ref(number)} = any(${numbers}::integer[])` : sql`true`);
  await sql`
    with shipping as (
      select distinct on (c.number) c.number, c.standing = 'first' as is_first, c.deployment_id, c.finished_at, c.environment
      from deployment_changes c
      where c.tenant_id = ${tenantId} and c.repository_id = ${repositoryId} and c.number > 0 and c.is_change
        and ${isWanted('c.number')}
      order by c.number, c.standing <> 'first', c.finished_at, c.deployment_id
    ), wanted as (
      select p.number, s.number is not null as shipped, case when s.is_first then s.deployment_id end as deployment_id,
        case when s.is_first then s.finished_at end as finished_at, case when s.is_first then s.environment end as environment
      from merged_pull_requests p
      left join shipping s on s.number = p.number
      where p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and ${isWanted('p.number')}
    )
    update merged_pull_requests p set shipped = w.shipped, first_deployment_id = w.deployment_id,
      deployed_at = w.finished_at, deployed_to = w.environment
    from wanted w
    where p.tenant_id = ${tenantId} and p.repository_id = ${repositoryId} and p.number = w.number
      and (p.shipped, p.first_deployment_id, p.deployed_at, p.deployed_to)
        is distinct from (w.shipped, w.deployment_id, w.finished_at, w.environment)`.execute(trx);
}
