import { sql } from 'kysely';
import type { Trx } from '../../../../db/tenant.ts';
import { isBot, isOfTeam, scopedRepositories } from '../scope.ts';
import { byPlaceAndWhole, type HealthQuery, placeOf } from './places.ts';

/** Of fewer people, hours would tell who it was. */
const FEWEST_PEOPLE = 5;

export interface WorkHours {
  readonly place: number | null;
  readonly commits: number;
  /** Null: of too few people to be told. */
  readonly outside: number | null;
}

/**
 * Commits of the window, and those written at a weekend or not between 8 and 19 o'clock of the time zone. Whose they are
 * is looked up for each email and not for each commit, unless it depends on its time: by far most of the work.
 */
export async function readWorkHours(trx: Trx, query: HealthQuery): Promise<WorkHours[]> {
  const { tenantId, teamId, from, to, timeZone } = query;
  const author = sql`join contributor_emails w on w.tenant_id = ${tenantId} and w.email = c.author_email`;
  const { rows } = await sql<WorkHours>`
    with scoped as materialized (${scopedRepositories(query)}),
    written as materialized (
      select c.repository_id, c.author_email, c.authored_at at time zone ${timeZone} as local_at,
        ${placeOf(sql`c.committed_at`, query)} as place
      from commits c ${teamId === undefined ? sql`` : author}
      where c.tenant_id = ${tenantId} and c.committed_at >= ${from} and c.committed_at < ${to}
        and c.authored_at is not null
        and ${isOfTeam(query, { person: sql`w.contributor_id`, at: sql`c.authored_at` })}
    ),
    loads as (
      select repository_id, author_email, place, count(*) as commits, count(*) filter (
        where date_part('isodow', local_at) > 5 or date_part('hour', local_at) not between 8 and 18) as outside
      from written group by repository_id, author_email, place
    )
    select place, sum(l.commits)::integer as commits,
      case when count(distinct a.contributor_id) >= ${FEWEST_PEOPLE} then sum(l.outside)::integer end as outside
    from loads l
    join scoped s on s.repository_id = l.repository_id
    join contributor_emails e on e.tenant_id = ${tenantId} and e.email = l.author_email
    join contributors a on a.tenant_id = ${tenantId} and a.contributor_id = e.contributor_id
    where ${isBot('a')} is not true
    ${byPlaceAndWhole(query)}`.execute(trx);
  return rows;
}
