import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { isBot, isOfTeam, type MetricScope, scopedRepositories } from './scope.ts';

export interface ReviewLoad {
  readonly reviews: number;
  readonly people: number;
  /** How few people did at least half of the reviews. */
  readonly half: number;
}

/** How the reviews of the window are spread over the people who did them. */
export async function reviewLoad(trx: Trx, scope: MetricScope): Promise<ReviewLoad> {
  const { tenantId, from, to } = scope;
  const { rows } = await sql<ReviewLoad>`
    with scoped as materialized (${scopedRepositories(scope)}),
    loads as (
      select count(*) as reviews from reviews v
      join scoped s on s.repository_id = v.repository_id
      left join pull_requests p on p.tenant_id = ${tenantId} and p.repository_id = v.repository_id
        and p.number = v.number
      left join contributors a on a.tenant_id = ${tenantId} and a.contributor_id = v.author_id
      where v.tenant_id = ${tenantId} and v.submitted_at >= ${from} and v.submitted_at < ${to}
        and v.author_id is not null and v.author_id is distinct from p.author_id and ${isBot('a')} is not true
        and ${isOfTeam(scope, { person: sql`v.author_id`, at: sql`v.submitted_at` })}
      group by v.author_id
    ), ordered as (
      select reviews, sum(reviews) over () as total,
        sum(reviews) over (order by reviews desc rows unbounded preceding) - reviews as before
      from loads
    )
    select coalesce(sum(reviews), 0)::integer as reviews, count(*)::integer as people,
      (count(*) filter (where 2 * before < total))::integer as half
    from ordered`.execute(trx);
  const [row] = rows;
  if (!row) throw new Error('a query of aggregates has one row');
  return row;
}
