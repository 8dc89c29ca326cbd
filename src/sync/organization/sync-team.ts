import { sql } from 'kysely';
import { type Trx, withTenant } from '../../../db/tenant.ts';
import { updateAccessOf } from '../../access/update-access-of.ts';
import { ForbiddenError } from '../../errors.ts';
import { applyFacts } from '../../facts/apply.ts';
import type { Facts } from '../../facts/facts.ts';
import type { Priority } from '../../github/github.ts';
import { type AccessDeps, type AccessTarget, findAccessTarget } from './access-target.ts';
import { type ParentTeam, type TeamGrant, teamFacts } from './organization-facts.ts';
import { type ListedTeam, readTeam } from './read-teams.ts';
import { removeUnlisted } from './remove-unlisted.ts';
import { findTeamChanges } from './team-changes.ts';

interface TeamRequest {
  readonly tenantId: number;
  readonly teamId: number;
  readonly priority: Priority;
}

interface KnownTeam {
  readonly team_id: number;
  readonly slug: string;
  readonly name: string;
  readonly parent_id: number | null;
}

/** Reads a team again, and those under it, which have what it has. */
export async function syncTeam(deps: AccessDeps, { tenantId, teamId, priority }: TeamRequest): Promise<void> {
  const target = await findAccessTarget(deps, { tenantId, priority });
  if (!target?.isOrganization) return;
  const known = await withTenant(deps.db, tenantId, (trx) => listFamily(trx, tenantId, teamId));
  const listed = await readFamily(target, known);
  if (listed === null) return;
  const gone = known.filter(({ team_id }) => !listed.some(({ id }) => id === team_id));
  await withTenant(deps.db, tenantId, async (trx) => {
    const read = await listedFacts(trx, target, listed);
    const facts = [
      read,
      goneFacts(gone, target.at),
      await findTeamChanges(trx, tenantId, { facts: read, at: target.at }),
    ];
    await applyFacts(trx, tenantId, facts);
    const of = { at: target.at, teamIds: listed.map(({ id }) => id) };
    facts.push(await removeUnlisted(trx, tenantId, 'team_members', of));
    facts.push(await removeUnlisted(trx, tenantId, 'team_repositories', of));
    await updateAccessOf(trx, tenantId, facts);
  });
}

/** @returns null without the permission: the daily reading notes that */
async function readFamily({ github, login }: AccessTarget, known: readonly KnownTeam[]): Promise<ListedTeam[] | null> {
  const listed: ListedTeam[] = [];
  try {
    for (const { slug } of known) {
      const team = await readTeam(github, { login, slug });
      if (team) listed.push(team);
    }
  } catch (error) {
    if (error instanceof ForbiddenError) return null;
    throw error;
  }
  return listed;
}

async function listFamily(trx: Trx, tenantId: number, teamId: number): Promise<KnownTeam[]> {
  const { rows } = await sql<KnownTeam>`
    with recursive family as (
      select ${teamId}::bigint as team_id
      union
      select t.team_id from family f join teams t on t.tenant_id = ${tenantId} and t.parent_id = f.team_id
      where t.removed_at is null
    )
    select team_id, slug, name, parent_id from teams join family using (team_id) where tenant_id = ${tenantId}`.execute(
    trx,
  );
  return rows;
}

async function listedFacts(trx: Trx, { tenantId, at }: AccessTarget, teams: readonly ListedTeam[]): Promise<Facts> {
  const { rows: parents } = await sql<ParentTeam>`
    select team_id as id, parent_id as "parentId" from teams
    where tenant_id = ${tenantId} and removed_at is null and team_id <> all (${teams.map(({ id }) => id)}::bigint[])`.execute(
    trx,
  );
  const { rows: grants } = await sql<TeamGrant>`
    select team_id, repository_id, permission from team_repositories
    where tenant_id = ${tenantId} and removed_at is null and team_id = any(${parents.map(({ id }) => id)}::bigint[])`.execute(
    trx,
  );
  return teamFacts({ teams, parents: { teams: parents, grants }, at });
}

function goneFacts(teams: readonly KnownTeam[], at: string): Facts {
  return {
    teams: teams.map(({ team_id, ...named }) => ({ team_id, observed: { at, ...named, removed_at: at } })),
  };
}
