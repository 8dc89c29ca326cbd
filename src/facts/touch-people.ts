import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';

/** Notes that the merged pull requests that these persons have opened, or looked at, are to be derived anew. */
export async function touchPullsOf(trx: Trx, tenantId: number, persons: readonly number[]): Promise<void> {
  await sql`
    with accounts as (
      select contributor_id from contributors
      where tenant_id = ${tenantId} and coalesce(merged_into, contributor_id) = any(${persons}::bigint[])
    ), theirs as (
      select repository_id, number from pull_requests
      where tenant_id = ${tenantId} and author_id in (select contributor_id from accounts)
      union
      select repository_id, number from reviews
      where tenant_id = ${tenantId} and author_id in (select contributor_id from accounts)
      union
      select repository_id, number from comments
      where tenant_id = ${tenantId} and kind = 'review' and author_id in (select contributor_id from accounts)
    )
    insert into touched_facts (tenant_id, repository_id, pulls)
    select ${tenantId}::bigint, p.repository_id, array_agg(p.number)
    from theirs join pull_requests p
      on p.tenant_id = ${tenantId} and p.repository_id = theirs.repository_id and p.number = theirs.number
    where p.merged_at is not null group by p.repository_id`.execute(trx);
}
