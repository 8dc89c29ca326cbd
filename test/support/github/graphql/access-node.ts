import type { AccessSource, Organization } from '../truth/organization.ts';
import { baseRole, type Person } from '../truth/person.ts';
import type { Repository } from '../truth/repository.ts';
import { connection, type PageArguments } from './connection.ts';
import { type Node, type QueryContext, requirePermission } from './context.ts';
import { organizationNode, teamNode } from './organization-node.ts';
import { personNode } from './person-node.ts';
import { repositoryNode } from './repository-node.ts';

interface CollaboratorArguments extends PageArguments {
  readonly affiliation?: 'ALL' | 'DIRECT' | 'OUTSIDE' | null;
  readonly login?: string | null;
}

export function collaboratorConnection(
  context: QueryContext,
  repository: Repository,
  args: CollaboratorArguments,
): Node {
  requirePermission(context, 'members');
  const organization = context.truth.organizationOf(repository);
  const people = organization
    .collaborators(repository)
    .filter((person) => isAffiliated(organization, { repository, person, affiliation: args.affiliation ?? 'ALL' }))
    .filter(({ login }) => (args.login ?? login) === login);
  return connection(people, {
    args,
    node: personNode,
    place: ({ id }) => ['', id],
    edge: (person) => ({
      permission: fold(organization, organization.effectiveRole(person, repository) ?? 'read'),
      permissionSources: () =>
        organization
          .access(person, repository)
          .map((source) => sourceNode(context, { organization, repository, source })),
    }),
  });
}

interface Affiliation {
  readonly repository: Repository;
  readonly person: Person;
  readonly affiliation: 'ALL' | 'DIRECT' | 'OUTSIDE';
}

export function isAffiliated({ members }: Organization, { repository, person, affiliation }: Affiliation): boolean {
  if (affiliation === 'OUTSIDE') return !members.has(person);
  return affiliation === 'ALL' || repository.collaborators.has(person);
}

/** A custom role counts as the built-in one that it is made of. */
export function fold(organization: Organization, role: string): string {
  return baseRole(role, organization.customRoles).toUpperCase();
}

interface SourceOfAccess {
  readonly organization: Organization;
  readonly repository: Repository;
  readonly source: AccessSource;
}

function sourceNode(context: QueryContext, { organization, repository, source }: SourceOfAccess): Node {
  const owner = organizationNode(context, organization);
  const granter = { owner, base: owner, direct: repositoryNode(context, repository), team: null }[source.from];
  const { team, role } = source;
  return {
    __typename: 'PermissionSource',
    permission: coarse(fold(organization, role)),
    roleName: role,
    organization: owner,
    source: team ? teamNode(context, organization, team) : granter,
  };
}

/** The permission of a source knows no triage and no maintain. */
function coarse(permission: string): string {
  if (permission === 'TRIAGE') return 'READ';
  return permission === 'MAINTAIN' ? 'WRITE' : permission;
}
