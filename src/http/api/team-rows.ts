import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { NotFoundError } from '../../errors.ts';
import { idKey, type KeysOf, textKey } from './cursor.ts';
import { idOf, type Org } from './org-scope.ts';
import type { AuthorColumns } from './person.ts';

export interface TeamRow extends AuthorColumns {
  readonly team_id: number;
  readonly slug: string;
  readonly name: string;
  readonly parent_id: number | null;
  readonly parent_slug: string | null;
  readonly members: number;
  readonly repositories: number;
  readonly position: [string, number];
}

export interface TeamMemberRow extends AuthorColumns {
  readonly role: 'member' | 'maintainer' | null;
  readonly position: [number];
}

export const teamKeys = [textKey, idKey] as const;
export const teamMemberKeys = [idKey] as const;

interface Page<Keys> {
  readonly limit: number;
  readonly cursor?: Keys | undefined;
}

export function listTeams(trx: Trx, org: Org, { limit, cursor }: Page<KeysOf<typeof teamKeys>>): Promise<TeamRow[]> {
  const where = cursor ? sql`(lower(t.slug), t.team_id) > (${cursor[0]}, ${cursor[1]}::bigint)` : sql`true`;
  return selectTeams(trx, org, { where, limit: limit + 1 });
}

/** @throws NotFoundError */
export async function getTeam(trx: Trx, org: Org, slugOrId: string): Promise<TeamRow> {
  const where = sql`(t.team_id = ${idOf(slugOrId)}::bigint or lower(t.slug) = lower(${slugOrId}))`;
  const teams = await selectTeams(trx, org, { where, limit: 2 });
  const team = teams.find(({ slug }) => slug.toLowerCase() === slugOrId.toLowerCase()) ?? teams[0];
  if (!team) throw new NotFoundError(`There is no team "${slugOrId}" in ${org.login}, or you may not see it.`);
  return team;
}

async function selectTeams(
  trx: Trx,
  { tenant_id }: Org,
  { where, limit }: { where: RawBuilder<unknown>; limit: number },
): Promise<TeamRow[]> {
  const { rows } = await sql<TeamRow>`
    select t.team_id, t.slug, t.name, parent.team_id as parent_id, parent.slug as parent_slug,
      (select count(*) from team_members m
        where m.tenant_id = ${tenant_id} and m.team_id = t.team_id and m.removed_at is null) as members,
      (select count(*) from team_repositories g
        join repositories r on r.tenant_id = ${tenant_id} and r.repository_id = g.repository_id and r.deleted_at is null
        where g.tenant_id = ${tenant_id} and g.team_id = t.team_id and g.removed_at is null) as repositories,
      t.lead_id as author_id, lead.login as author_login, lead.type as author_type,
      json_build_array(lower(t.slug), t.team_id) as position
    from teams t
    left join teams parent on parent.tenant_id = ${tenant_id} and parent.team_id = t.parent_id and parent.removed_at is null
    left join contributors lead on lead.tenant_id = ${tenant_id} and lead.contributor_id = t.lead_id
    where t.tenant_id = ${tenant_id} and t.removed_at is null and ${where}
    order by lower(t.slug), t.team_id limit ${limit}`.execute(trx);
  return rows;
}

export async function listTeamMembers(
  trx: Trx,
  { tenant_id }: Org,
  { teamId, limit, cursor }: Page<KeysOf<typeof teamMemberKeys>> & { readonly teamId: number },
): Promise<TeamMemberRow[]> {
  const { rows } = await sql<TeamMemberRow>`
    select m.role, m.user_id as author_id, c.login as author_login, c.type as author_type,
      json_build_array(m.user_id) as position
    from team_members m
    left join contributors c on c.tenant_id = ${tenant_id} and c.contributor_id = m.user_id
    where m.tenant_id = ${tenant_id} and m.team_id = ${teamId}::bigint and m.removed_at is null
      and ${cursor ? sql`m.user_id > ${cursor[0]}::bigint` : sql`true`}
    order by m.user_id limit ${limit + 1}`.execute(trx);
  return rows;
}
