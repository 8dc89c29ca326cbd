import { notFound } from '../request.ts';
import { isAffiliated } from '../graphql/access-node.ts';
import type { Organization, Team } from '../truth/organization.ts';
import { baseRole, legacyPermission, permissionFlags, type Person } from '../truth/person.ts';
import type { Repository } from '../truth/repository.ts';
import { ownerJson, personJson, repositoryJson } from './json.ts';
import {
  installationToken,
  list,
  ok,
  organizationOf,
  param,
  type RestCall,
  repositoryOf,
  type Route,
  visible,
} from './route.ts';
import { organizationJson, teamJson } from './team-json.ts';

const permission = 'members';

export const organizationRoutes: Route[] = [
  {
    route: 'GET /orgs/{org}',
    permission: 'metadata',
    answer: (call) => {
      const organization = organizationOf(call);
      const isAdministrator = installationToken(call).permissions['organization_administration'] !== undefined;
      const { basePermission } = organization;
      const settings = isAdministrator ? { default_repository_permission: basePermission } : {};
      return ok({ ...organizationJson(organization), ...settings });
    },
  },
  {
    route: 'GET /orgs/{org}/members',
    permission,
    answer: (call) => {
      const role = call.request.query.get('role') ?? 'all';
      const members = [...organizationOf(call).members].filter(([, each]) => role === 'all' || role === each);
      return list(call, members, ([person]) => personJson(person));
    },
  },
  {
    route: 'GET /orgs/{org}/outside_collaborators',
    permission,
    answer: (call) => list(call, organizationOf(call).outsideCollaborators, (person) => personJson(person)),
  },
  {
    route: 'GET /orgs/{org}/custom-repository-roles',
    permission: 'organization_custom_roles',
    answer: (call) => {
      const organization = organizationOf(call);
      const { createdAt } = organization;
      const roles = organization.customRoles.map(({ id, name, base }) => ({
        id,
        name,
        description: null,
        base_role: base,
        permissions: [],
        organization: ownerJson(organization),
        created_at: createdAt,
        updated_at: createdAt,
      }));
      return ok({ total_count: roles.length, custom_roles: roles });
    },
  },
  {
    route: 'GET /orgs/{org}/memberships/{username}',
    permission,
    answer: (call) => {
      const organization = organizationOf(call);
      const person = personOf(call);
      const role = organization.members.get(person);
      if (!role) throw notFound();
      const url = `https://api.github.com/orgs/${organization.login}`;
      const user = personJson(person);
      return ok({
        url: `${url}/memberships/${person.login}`,
        state: 'active',
        role,
        organization_url: url,
        organization: organizationJson(organization),
        user,
      });
    },
  },
  { route: 'GET /orgs/{org}/teams', permission, answer: (call) => listTeams(call) },
  {
    route: 'GET /orgs/{org}/teams/{team_slug}',
    permission,
    answer: (call) => {
      const { organization, team } = teamOf(call);
      return ok({ ...teamJson(organization, team), ...fullTeam(organization, team) });
    },
  },
  {
    route: 'GET /orgs/{org}/teams/{team_slug}/members',
    permission,
    answer: (call) => {
      const { organization, team } = teamOf(call);
      const role = call.request.query.get('role') ?? 'all';
      const below = organization.within(team).flatMap(({ members }) => Array.from(members.keys()));
      const people = [...new Set([...team.members.keys(), ...below])].filter(
        (person) => role === 'all' || (team.members.get(person) ?? 'member') === role,
      );
      return list(call, people, (person) => personJson(person));
    },
  },
  {
    route: 'GET /orgs/{org}/teams/{team_slug}/repos',
    permission,
    answer: (call) => {
      const { organization, team } = teamOf(call);
      const repositories = visible(call).filter((each) => organization.teamRole(team, each) !== undefined);
      return list(call, repositories, (repository) => ({
        ...repositoryJson(repository),
        ...roleJson(organization, organization.teamRole(team, repository) ?? 'read'),
      }));
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/teams',
    permission: 'administration',
    answer: (call) => {
      const repository = repositoryOf(call);
      const organization = call.truth.organizationOf(repository);
      const teams = organization.teams.filter((team) => organization.teamRole(team, repository) !== undefined);
      return list(call, teams, (team) => ({
        ...teamJson(organization, team),
        permission: organization.teamRole(team, repository),
      }));
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/collaborators',
    permission: 'metadata',
    answer: (call) => listCollaborators(call),
  },
  {
    route: 'GET /repos/{owner}/{repo}/collaborators/{username}/permission',
    permission: 'metadata',
    answer: (call) => {
      const repository = repositoryOf(call);
      const organization = call.truth.organizationOf(repository);
      const person = personOf(call);
      const role = organization.effectiveRole(person, repository);
      const base = role === undefined ? undefined : baseRole(role, organization.customRoles);
      const user = { ...personJson(person), ...(role === undefined ? {} : roleJson(organization, role)) };
      return ok({ permission: legacyPermission(base), role_name: role ?? '', user });
    },
  },
];

function listTeams(call: RestCall) {
  const organization = organizationOf(call);
  return list(call, organization.teams, (team) => teamJson(organization, team));
}

function teamOf(call: RestCall): { organization: Organization; team: Team } {
  const organization = organizationOf(call);
  const team = organization.teams.find(({ slug }) => slug === param(call, 'team_slug'));
  if (!team) throw notFound();
  return { organization, team };
}

function fullTeam(organization: Organization, team: Team): object {
  return {
    members_count: team.members.size,
    repos_count: team.repositories.size,
    created_at: team.createdAt,
    updated_at: team.createdAt,
    organization: organizationJson(organization),
  };
}

function personOf(call: RestCall): Person {
  const person = call.truth.people.find(({ login }) => login === param(call, 'username'));
  if (!person) throw notFound();
  return person;
}

function roleJson({ customRoles }: Organization, role: string): object {
  return { permissions: permissionFlags(baseRole(role, customRoles)), role_name: role };
}

function listCollaborators(call: RestCall) {
  const repository: Repository = repositoryOf(call);
  const organization = call.truth.organizationOf(repository);
  const wanted = (call.request.query.get('affiliation') ?? 'all').toUpperCase();
  const affiliation = wanted === 'DIRECT' || wanted === 'OUTSIDE' ? wanted : 'ALL';
  const people = organization
    .collaborators(repository)
    .filter((person) => isAffiliated(organization, { repository, person, affiliation }));
  return list(call, people, (person) => ({
    ...personJson(person),
    ...roleJson(organization, organization.effectiveRole(person, repository) ?? 'read'),
  }));
}
