import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Quality } from './quality.ts';
import type { MetricScope } from './scope.ts';

interface TeamKey {
  readonly tenantId: number;
  readonly teamId: number;
}

const [always, forever] = [sql`'-infinity'::timestamptz`, sql`'infinity'::timestamptz`];

/** The team with those under it, or with those above it, as they are now: when a team moved is not known. */
function family({ tenantId, teamId }: TeamKey, side: 'under' | 'above'): RawBuilder<unknown> {
  const related = side === 'under' ? sql`t.parent_id = f.team_id` : sql`t.team_id = f.parent_id`;
  return sql`(
    with recursive family as (
      select team_id, parent_id from teams where tenant_id = ${tenantId} and team_id = ${teamId}::bigint
      union
      select t.team_id, t.parent_id from family f join teams t on t.tenant_id = ${tenantId} and ${related}
      where t.removed_at is null
    )
    select team_id from family)`;
}

/**
 * When who was in a team or one under it, as `(user_id, since, until)`. Whoever was there before the first change that is known was
 * always there.
 */
function memberships(team: TeamKey): RawBuilder<unknown> {
  const { tenantId } = team;
  return sql`
    select user_id, since, until from (
      select user_id, joined, changed_at as since,
        coalesce(lead(changed_at) over (partition by team_id, user_id order by changed_at), ${forever}) as until
      from team_member_changes where tenant_id = ${tenantId} and team_id in ${family(team, 'under')}
    ) told where joined
    union all
    select m.user_id, ${always}, coalesce(c.changed_at, m.removed_at, ${forever})
    from team_members m
    left join lateral (
      select changed_at, joined from team_member_changes
      where tenant_id = ${tenantId} and team_id = m.team_id and user_id = m.user_id order by changed_at limit 1
    ) c on true
    where m.tenant_id = ${tenantId} and m.team_id in ${family(team, 'under')} and c.joined is not true`;
}

/** When a team, or one above it, had which permission in a repository, as `(repository_id, since, until, permission)`. */
function grants(team: TeamKey): RawBuilder<unknown> {
  const { tenantId } = team;
  return sql`
    select repository_id, changed_at as since,
      coalesce(lead(changed_at) over (partition by team_id, repository_id order by changed_at), ${forever}) as until, permission
    from team_repository_changes where tenant_id = ${tenantId} and team_id in ${family(team, 'above')}
    union all
    select g.repository_id, ${always}, coalesce(c.changed_at, g.removed_at, ${forever}),
      -- What an event took away, it does not tell: most teams may push to what they are given.
      case when c.changed_at is null then g.permission else coalesce(c.previous, nullif(c.permission, 'none'), 'write') end
    from team_repositories g
    left join lateral (
      select changed_at, permission, previous from team_repository_changes
      where tenant_id = ${tenantId} and team_id = g.team_id and repository_id = g.repository_id
      order by changed_at limit 1
    ) c on true
    where g.tenant_id = ${tenantId} and g.team_id in ${family(team, 'above')}`;
}

interface Asked {
  readonly id: RawBuilder<unknown>;
  readonly at: RawBuilder<unknown>;
}

/** The memberships of every account: one that is merged is of the same person. */
function membershipsOfAccounts(team: TeamKey): RawBuilder<unknown> {
  const merged = sql`contributors c on c.tenant_id = ${team.tenantId} and c.merged_into is not null`;
  return sql`
    ${memberships(team)}
    union all
    select c.contributor_id, m.since, m.until from (${memberships(team)}) m join ${merged} and c.merged_into = m.user_id
    union all
    select c.merged_into, m.since, m.until from (${memberships(team)}) m join ${merged} and c.contributor_id = m.user_id`;
}

/** Whether somebody was in the team at that time. */
export function wasMember(team: TeamKey, { id, at }: Asked): RawBuilder<unknown> {
  return sql`exists (
    select from (${membershipsOfAccounts(team)}) membership
    where membership.user_id = ${id} and membership.since <= ${at} and membership.until > ${at})`;
}

/** Whether the team could push to a repository at that time. A custom role can do what it is based on. */
export function couldPush(team: TeamKey, { id, at }: Asked): RawBuilder<unknown> {
  return sql`exists (
    select from (${grants(team)}) granted
    left join custom_repository_roles role on role.tenant_id = ${team.tenantId} and role.name = granted.permission
    where granted.repository_id = ${id} and granted.since <= ${at} and granted.until > ${at}
      and coalesce(role.base_role, granted.permission) in ('push', 'write', 'maintain', 'admin'))`;
}

interface Known {
  readonly since: Date | null;
  readonly people: number;
  readonly repositories: number;
}

/** Of a window from before the first reading of the teams: that today's members count as those of then. */
export async function findTeamQuality(trx: Trx, { tenantId, teamId, from, timeZone }: MetricScope): Promise<Quality[]> {
  if (teamId === undefined) return [];
  const team = { tenantId, teamId };
  const { rows } = await sql<Known>`
    select (select first_read_at from access_reads
        where tenant_id = ${tenantId} and scope = 'teams' and repository_id = 0) as since,
      (select count(distinct m.user_id)::integer from (${memberships(team)}) m where m.since = '-infinity' and m.until > ${from}) as people,
      (select count(distinct g.repository_id)::integer from (${grants(team)}) g
        where g.since = '-infinity' and g.until > ${from} and g.permission <> 'none') as repositories`.execute(trx);
  const [known] = rows;
  if (!known || known.people + known.repositories === 0 || (known.since && known.since <= from)) return [];
  return [assumed(known, timeZone)];
}

function assumed({ since, people, repositories }: Known, timeZone: string): Quality {
  const counted = `${people} ${people === 1 ? 'person' : 'people'} and ${repositories} ${repositories === 1 ? 'repository' : 'repositories'}`;
  const code = 'team_before_first_reading';
  const before = `${counted} count as the team's from the start, since nothing tells when they came.`;
  if (since === null) {
    const message = `The team has not been read from GitHub; webhooks alone tell who joins and leaves. ${before}`;
    return { code, message, action: 'Read it: `npm run shiplog -- sync ORG`. The App needs to read members.' };
  }
  const day = since.toLocaleDateString('sv-SE', { timeZone });
  const message = `Teams have been read since ${day}, after the window's start. ${before}`;
  return { code, message, action: `Choose a window from ${day} on, or read the number as that of today's team.` };
}
