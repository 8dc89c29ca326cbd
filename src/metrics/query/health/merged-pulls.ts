import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../../db/tenant.ts';
import { isOfTeam, type MetricScope, scopedRepositories, whyLeftOut } from '../scope.ts';
import { byPlaceAndWhole, type HealthQuery, placeOf } from './places.ts';

/** The pull requests that were merged in the window. */
export function mergedPulls(scope: MetricScope): RawBuilder<unknown> {
  const { tenantId, from, to } = scope;
  return sql`
    with scoped as materialized (${scopedRepositories(scope)})
    select p.repository_id, p.number, p.merged_at, p.reviews, p.rework_cycles, a.login as author,
      ${whyLeftOut} as left_out
    from merged_pull_requests p
    join scoped s on s.repository_id = p.repository_id
    left join contributors a on a.tenant_id = ${tenantId} and a.contributor_id = p.author_id
    where p.tenant_id = ${tenantId} and p.merged_at >= ${from} and p.merged_at < ${to}
      and ${isOfTeam(scope, { person: sql`p.author_id`, at: sql`p.merged_at` })}`;
}

export interface MergedPulls {
  readonly place: number | null;
  readonly pulls: number;
  readonly reviews: number;
  readonly rework_cycles: number;
}

export async function readMergedPulls(trx: Trx, query: HealthQuery): Promise<MergedPulls[]> {
  const { rows } = await sql<MergedPulls>`
    select place, count(*)::integer as pulls, coalesce(sum(reviews), 0)::integer as reviews,
      coalesce(sum(rework_cycles), 0)::integer as rework_cycles
    from (select m.*, ${placeOf(sql`m.merged_at`, query)} as place from (${mergedPulls(query)}) m where m.left_out is null) m
    ${byPlaceAndWhole(query)}`.execute(trx);
  return rows;
}
