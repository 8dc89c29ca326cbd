import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../../db/tenant.ts';
import { isBot, isOfTeam, type MetricScope, personOf, scopedRepositories } from '../scope.ts';
import { type HealthQuery, placeOf } from './places.ts';

/** The reviews of the window; `excluded` says which are of nobody else. */
export function givenReviews(scope: MetricScope): RawBuilder<unknown> {
  const { tenantId, from, to } = scope;
  return sql`
    with scoped as materialized (${scopedRepositories(scope)})
    select v.repository_id, v.review_id, v.number, v.state, v.submitted_at,
      coalesce(a.merged_into, v.author_id) as author_id,
      case when v.author_id is null then 'unknown_author' when a.excluded then 'excluded_person'
        when ${isBot('a')} is true then 'bot'
        when coalesce(a.merged_into, v.author_id) = ${personOf(tenantId, sql`p.author_id`)} then 'own' end as excluded
    from reviews v
    join scoped s on s.repository_id = v.repository_id
    left join pull_requests p on p.tenant_id = ${tenantId} and p.repository_id = v.repository_id and p.number = v.number
    left join contributors a on a.tenant_id = ${tenantId} and a.contributor_id = v.author_id
    where v.tenant_id = ${tenantId} and v.submitted_at >= ${from} and v.submitted_at < ${to}
      and ${isOfTeam(scope, { person: sql`v.author_id`, at: sql`v.submitted_at` })}`;
}

export interface ReviewLoad {
  readonly place: number | null;
  readonly reviews: number;
  readonly people: number;
  /** How few people did at least half of the reviews. */
  readonly half: number;
}

/** How the reviews of the window are spread over the people who did them. */
export async function readReviewLoad(trx: Trx, query: HealthQuery): Promise<ReviewLoad[]> {
  const { rows } = await sql<{ place: number | null; loads: number[] | null }>`
    with given as (
      select author_id, ${placeOf(sql`submitted_at`, query)} as place from (${givenReviews(query)}) r
      where excluded is null
    ), loads as (
      select place, grouping(place) as whole, author_id, count(*)::integer as reviews from given
      group by grouping sets ((author_id), (place, author_id))
    )
    select place, array_agg(reviews order by reviews desc) as loads from loads
    where whole = 1 or place is not null group by place, whole`.execute(trx);
  return rows.map(({ place, loads }) => spreadOf(place, loads ?? []));
}

/** @param loads the largest first */
function spreadOf(place: number | null, loads: readonly number[]): ReviewLoad {
  const reviews = loads.reduce((sum, load) => sum + load, 0);
  let [half, done] = [0, 0];
  for (const load of loads) {
    if (2 * done >= reviews) break;
    done += load;
    half += 1;
  }
  return { place, reviews, people: loads.length, half };
}
