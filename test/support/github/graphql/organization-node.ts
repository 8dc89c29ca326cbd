import { nodeId } from '../node-id.ts';
import type { Organization, Team } from '../truth/organization.ts';
import type { Person } from '../truth/person.ts';
import type { Repository } from '../truth/repository.ts';
import { fold } from './access-node.ts';
import { connection, orderedBy, type PageArguments } from './connection.ts';
import { type Node, type QueryContext, requirePermission, visibleRepositories } from './context.ts';
import { personNode } from './person-node.ts';
import { repositoryNode } from './repository-node.ts';

export function organizationNode(context: QueryContext, organization: Organization): Node {
  const { id, login, createdAt } = organization;
  return {
    __typename: 'Organization',
    id: nodeId('O', id),
    databaseId: id,
    login,
    name: login,
    description: null,
    createdAt,
    updatedAt: createdAt,
    resourcePath: `/${login}`,
    url: `https://github.com/${login}`,
    avatarUrl: `https://avatars.githubusercontent.com/u/${id}?v=4`,
    membersWithRole: (args: PageArguments) => {
      requirePermission(context, 'members');
      return connection([...organization.members.keys()], {
        args,
        node: personNode,
        place: (person) => ['', person.id],
        edge: (person) => ({
          role: organization.members.get(person) === 'admin' ? 'ADMIN' : 'MEMBER',
          hasTwoFactorEnabled: null,
        }),
      });
    },
    team: ({ slug }: { slug: string }) => {
      requirePermission(context, 'members');
      const team = organization.teams.find((each) => each.slug === slug);
      return team ? teamNode(context, organization, team) : null;
    },
    teams: (args: TeamsArguments) => {
      requirePermission(context, 'members');
      return teamConnection(context, organization, { args, teams: listTeams(organization, args) });
    },
    repository: ({ name }: { name: string }) => {
      const found = visibleRepositories(context).find((repository) => repository.name === name);
      return found ? repositoryNode(context, found) : null;
    },
    repositories: (args: PageArguments) =>
      connection(visibleRepositories(context), {
        args,
        node: (repository) => repositoryNode(context, repository),
        ...orderedBy(repositoryOrder, args, (repository) => repository.id),
      }),
  };
}

const repositoryOrder = {
  CREATED_AT: ({ createdAt }: Repository) => createdAt,
  UPDATED_AT: ({ updatedAt }: Repository) => updatedAt,
  PUSHED_AT: ({ pushedAt }: Repository) => pushedAt,
  NAME: ({ name }: Repository) => name,
};

interface TeamsArguments extends PageArguments {
  readonly rootTeamsOnly?: boolean | null;
  readonly userLogins?: readonly string[] | null;
}

function listTeams({ teams }: Organization, { rootTeamsOnly, userLogins }: TeamsArguments): Team[] {
  return teams.filter(
    ({ parent, members }) =>
      !(rootTeamsOnly && parent) &&
      (!userLogins || [...members.keys()].some(({ login }) => userLogins.includes(login))),
  );
}

interface TeamList {
  readonly args: PageArguments;
  readonly teams: readonly Team[];
}

function teamConnection(context: QueryContext, organization: Organization, { args, teams }: TeamList): Node {
  return connection(teams, {
    args,
    node: (team) => teamNode(context, organization, team),
    ...orderedBy({ NAME: ({ name }) => name }, args, ({ id }) => id),
  });
}

interface TeamMemberArguments extends PageArguments {
  readonly membership?: 'ALL' | 'IMMEDIATE' | 'CHILD_TEAM' | null;
  readonly role?: 'MEMBER' | 'MAINTAINER' | null;
}

export function teamNode(context: QueryContext, organization: Organization, team: Team): Node {
  const path = `/orgs/${organization.login}/teams/${team.slug}`;
  return {
    __typename: 'Team',
    id: nodeId('T', organization.id, team.id),
    databaseId: team.id,
    name: team.name,
    slug: team.slug,
    combinedSlug: `${organization.login}/${team.slug}`,
    description: team.description,
    privacy: 'VISIBLE',
    createdAt: team.createdAt,
    updatedAt: team.createdAt,
    resourcePath: path,
    url: `https://github.com${path}`,
    organization: () => organizationNode(context, organization),
    parentTeam: () => (team.parent ? teamNode(context, organization, team.parent) : null),
    ancestors: (args: PageArguments) =>
      teamConnection(context, organization, { args, teams: organization.lineage(team).slice(1) }),
    childTeams: (args: PageArguments & { immediateOnly?: boolean | null }) => {
      const below = organization.within(team).filter((each) => each !== team);
      return teamConnection(context, organization, {
        args,
        teams: args.immediateOnly === false ? below : below.filter(({ parent }) => parent === team),
      });
    },
    members: (args: TeamMemberArguments) => memberConnection(organization, team, args),
    repositories: (args: PageArguments) => teamRepositoryConnection(context, { organization, team, args }),
  };
}

function memberConnection(organization: Organization, team: Team, args: TeamMemberArguments): Node {
  const { membership = 'ALL', role } = args;
  const below = organization
    .within(team)
    .filter((each) => each !== team)
    .flatMap(({ members }) => Array.from(members.keys()));
  const immediate = [...team.members.keys()];
  const inherited = below.filter((person) => !team.members.has(person));
  const people = { ALL: [...immediate, ...inherited], IMMEDIATE: immediate, CHILD_TEAM: below }[membership ?? 'ALL'];
  const roleOf = (person: Person) => (team.members.get(person) === 'maintainer' ? 'MAINTAINER' : 'MEMBER');
  return connection(
    [...new Set(people)].filter((person) => (role ?? roleOf(person)) === roleOf(person)),
    {
      args,
      node: personNode,
      ...orderedBy({ LOGIN: ({ login }) => login, CREATED_AT: ({ id }) => id }, args, ({ id }) => id),
      edge: (person) => ({ role: roleOf(person) }),
    },
  );
}

interface TeamRepositories {
  readonly organization: Organization;
  readonly team: Team;
  readonly args: PageArguments;
}

/** Those of a parent team are listed, too, as GitHub does. */
function teamRepositoryConnection(context: QueryContext, { organization, team, args }: TeamRepositories): Node {
  const repositories = visibleRepositories(context).filter((each) => organization.teamRole(team, each) !== undefined);
  return connection(repositories, {
    args,
    node: (repository) => repositoryNode(context, repository),
    ...orderedBy(
      { ...repositoryOrder, PERMISSION: (each) => organization.teamRole(team, each) ?? '' },
      args,
      ({ id }) => id,
    ),
    edge: (repository) => ({ permission: fold(organization, organization.teamRole(team, repository) ?? 'read') }),
  });
}
