import { sql } from 'kysely';
import type { Trx } from '../../../../db/tenant.ts';
import { isBot, isOfTeam, scopedRepositories } from '../scope.ts';
import { bucketOf, byBucketAndWhole, type HealthQuery } from './buckets.ts';

/** Of fewer people, hours would tell who it was. */
const FEWEST_PEOPLE = 5;

export interface WorkHours {
  readonly bucket: string | null;
  readonly commits: number;
  /** Null: of too few people to be told. */
  readonly outside: number | null;
}

/** Commits of the window, and those written at a weekend or not between 8 and 19 o'clock of the time zone. */
export async function readWorkHours(trx: Trx, query: HealthQuery): Promise<WorkHours[]> {
  const { tenantId, from, to, timeZone } = query;
  const { rows } = await sql<WorkHours>`
    with scoped as materialized (${scopedRepositories(query)}),
    written as (
      select a.contributor_id, c.authored_at at time zone ${timeZone} as local_at,
        ${bucketOf(sql`c.committed_at`, query)} as bucket
      from commits c
      join scoped s on s.repository_id = c.repository_id
      join contributor_emails e on e.tenant_id = ${tenantId} and e.email = c.author_email
      join contributors a on a.tenant_id = ${tenantId} and a.contributor_id = e.contributor_id
      where c.tenant_id = ${tenantId} and c.committed_at >= ${from} and c.committed_at < ${to}
        and c.authored_at is not null and ${isBot('a')} is not true
        and ${isOfTeam(query, { person: sql`a.contributor_id`, at: sql`c.authored_at` })}
    )
    select bucket::text as bucket, count(*)::integer as commits,
      case when count(distinct contributor_id) >= ${FEWEST_PEOPLE}
        then (count(*) filter (where extract(isodow from local_at) > 5
          or local_at::time < time '08:00' or local_at::time >= time '19:00'))::integer end as outside
    from written ${byBucketAndWhole}`.execute(trx);
  return rows;
}
