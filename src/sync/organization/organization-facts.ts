import { mergeFacts } from '../../events/merge-facts.ts';
import { contributorFacts } from '../../events/payload-user.ts';
import { builtInLevels } from '../../access/level.ts';
import type { Facts } from '../../facts/facts.ts';
import type { Account } from '../../github/documents/access-values.ts';
import type { Collaborator } from './read-collaborators.ts';
import type { OrganizationMember } from './read-members.ts';
import type { CustomRole } from './read-settings.ts';
import type { ListedTeam } from './read-teams.ts';

/** Of whom a list names. GraphQL's names of people are left out: webhooks do not have them. */
function peopleFacts(accounts: readonly Account[], at: string): Facts {
  const users = accounts.map(({ databaseId, login }) => ({ id: databaseId, login, type: 'User' }));
  return contributorFacts({ receivedAt: at }, users);
}

export function memberFacts(members: readonly OrganizationMember[], at: string): Facts {
  return mergeFacts(peopleFacts(members, at), {
    organization_members: members.map(({ databaseId, role }) => ({
      user_id: databaseId,
      observed: { at, role, removed_at: null },
    })),
  });
}

export function basePermissionFacts(base_permission: string, at: string): Facts {
  return { organization_settings: [{ observed: { at, base_permission } }] };
}

export function customRoleFacts(roles: readonly CustomRole[], at: string): Facts {
  return {
    custom_repository_roles: roles.map(({ id, name, base_role }) => ({
      role_id: id,
      observed: { at, name, base_role, removed_at: null },
    })),
  };
}

export function collaboratorFacts(repository_id: number, collaborators: readonly Collaborator[], at: string): Facts {
  const direct = collaborators.filter(({ directRole }) => directRole !== null);
  return mergeFacts(peopleFacts(collaborators, at), {
    repository_collaborators: direct.map(({ databaseId, directRole }) => ({
      repository_id,
      user_id: databaseId,
      observed: { at, permission: directRole, removed_at: null },
    })),
  });
}

/** What a team may do in a repository. */
export interface TeamGrant {
  readonly team_id: number;
  readonly repository_id: number;
  readonly permission: string | null;
}

export interface TeamsListing {
  readonly teams: readonly ListedTeam[];
  /** Of parents that are not among `teams`. */
  readonly parents?: { readonly teams: readonly ParentTeam[]; readonly grants: readonly TeamGrant[] };
  readonly at: string;
}

export interface ParentTeam {
  readonly id: number;
  readonly parentId: number | null;
}

export function teamFacts({ teams, parents = { teams: [], grants: [] }, at }: TeamsListing): Facts {
  const own = ownGrants(teams, parents);
  const people = teams.flatMap(({ members }) => members);
  return mergeFacts(peopleFacts(people, at), {
    teams: teams.map(({ id, slug, name, parentId }) => ({
      team_id: id,
      observed: { at, slug, name, parent_id: parentId, removed_at: null },
    })),
    team_members: teams.flatMap(({ id, members }) =>
      members.map(({ databaseId, role }) => ({
        team_id: id,
        user_id: databaseId,
        observed: { at, role, removed_at: null },
      })),
    ),
    team_repositories: own.map(({ team_id, repository_id, permission }) => ({
      team_id,
      repository_id,
      observed: { at, permission, removed_at: null },
    })),
  });
}

/** GitHub lists with a team what it has of its parents: only what goes beyond that is a grant of its own. */
function ownGrants(
  teams: readonly ListedTeam[],
  parents: { readonly teams: readonly ParentTeam[]; readonly grants: readonly TeamGrant[] },
): TeamGrant[] {
  const parentOf = new Map([...parents.teams, ...teams].map(({ id, parentId }) => [id, parentId]));
  const listed = new Map(parents.grants.map((grant) => [`${grant.team_id}:${grant.repository_id}`, grant.permission]));
  for (const { id, repositories } of teams) {
    for (const { id: repository, permission } of repositories) listed.set(`${id}:${repository}`, permission);
  }
  return teams.flatMap(({ id, repositories }) => {
    const line = ancestorsOf(id, parentOf);
    return repositories
      .filter(({ id: repository, permission }) =>
        line.every((team) => rankOf(listed.get(`${team}:${repository}`)) < rankOf(permission)),
      )
      .map(({ id: repository, permission }) => ({ team_id: id, repository_id: repository, permission }));
  });
}

function ancestorsOf(team: number, parentOf: ReadonlyMap<number, number | null>): number[] {
  const line: number[] = [];
  let next = parentOf.get(team);
  while (next !== undefined && next !== null && next !== team && !line.includes(next)) {
    line.push(next);
    next = parentOf.get(next);
  }
  return line;
}

function rankOf(permission: string | null | undefined): number {
  return builtInLevels.findIndex((level) => level === permission);
}
