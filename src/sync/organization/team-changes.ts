import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Facts } from '../../facts/facts.ts';
import { type TeamMemberChange, teamMemberChange } from '../../facts/team-member-changes.ts';
import { type TeamRepositoryChange, teamRepositoryChange } from '../../facts/team-repository-changes.ts';

/**
 * What a reading of teams finds that was not there before: whoever is listed for the first time has joined since the
 * reading before it. What the first reading finds is no change.
 * @param trx where the facts of the reading have not been applied yet
 */
export async function findTeamChanges(
  trx: Trx,
  tenantId: number,
  { facts, at }: { facts: Facts; at: string },
): Promise<Facts> {
  const reading = { tenantId, at, members: facts.team_members ?? [], grants: facts.team_repositories ?? [] };
  const joined = await listJoined(trx, reading);
  const granted = await listGranted(trx, reading);
  return {
    team_member_changes: joined.map((change) => teamMemberChange(change, at)),
    team_repository_changes: granted.map((change) => teamRepositoryChange(change, at)),
  };
}

interface Reading {
  readonly tenantId: number;
  readonly at: string;
  readonly members: NonNullable<Facts['team_members']>;
  readonly grants: NonNullable<Facts['team_repositories']>;
}

function wasRead({ tenantId, at }: Reading) {
  return sql`exists (
    select from access_reads
    where tenant_id = ${tenantId} and scope = 'teams' and repository_id = 0 and first_read_at < ${at}::timestamptz)`;
}

async function listJoined(trx: Trx, reading: Reading): Promise<TeamMemberChange[]> {
  const { tenantId, at, members } = reading;
  const { rows } = await sql<TeamMemberChange>`
    select x.team_id, x.user_id, true as joined
    from unnest(${members.map(({ team_id }) => team_id)}::bigint[], ${members.map(({ user_id }) => user_id)}::bigint[])
      as x (team_id, user_id)
    left join team_members t on t.tenant_id = ${tenantId} and t.team_id = x.team_id and t.user_id = x.user_id
    where case when t.team_id is null then ${wasRead(reading)}
      else t.removed_at is not null and t.observed_at < ${at}::timestamptz end`.execute(trx);
  return rows;
}

async function listGranted(trx: Trx, reading: Reading): Promise<TeamRepositoryChange[]> {
  const { tenantId, at, grants } = reading;
  const { rows } = await sql<TeamRepositoryChange>`
    select x.team_id, x.repository_id, x.permission,
      case when t.removed_at is null then coalesce(t.permission, 'none') else 'none' end as previous
    from unnest(${grants.map(({ team_id }) => team_id)}::bigint[],
      ${grants.map(({ repository_id }) => repository_id)}::bigint[],
      ${grants.map(({ observed }) => observed?.permission ?? null)}::text[]) as x (team_id, repository_id, permission)
    left join team_repositories t on t.tenant_id = ${tenantId} and t.team_id = x.team_id
      and t.repository_id = x.repository_id
    where x.permission is not null and case when t.team_id is null then ${wasRead(reading)}
      else (t.removed_at is not null or t.permission is distinct from x.permission)
        and t.observed_at < ${at}::timestamptz end`.execute(trx);
  return rows;
}
