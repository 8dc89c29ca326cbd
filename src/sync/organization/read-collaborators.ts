import { ForbiddenError, NotFoundError } from '../../errors.ts';
import type { Account } from '../../github/documents/access-values.ts';
import { repositoryCollaboratorsDocument } from '../../github/documents/repository-collaborators.ts';
import type { InstallationClient } from '../../github/github.ts';
import { pagesOf } from './pages.ts';

export interface Collaborator extends Account {
  /** What GitHub says that the person may do, by all grants together. */
  readonly level: string;
  /** The role of a grant to the person alone; null without one. */
  readonly directRole: string | null;
  /** What the organization itself grants: to an owner admin, to a member the base permission. */
  readonly organizationRole: string | null;
}

export interface NamedRepository {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
}

const PAGE = 100;

/**
 * Everybody who has access to the repository.
 * @throws NotFoundError when there is none of that id under the name
 */
export async function readCollaborators(
  github: InstallationClient,
  { id, owner, name }: NamedRepository,
): Promise<Collaborator[]> {
  const collaborators: Collaborator[] = [];
  const pages = pagesOf(async (after) => {
    const page = { owner, name, first: PAGE, after };
    const { repository } = await github.graphql(repositoryCollaboratorsDocument, page);
    if (repository?.databaseId !== id) throw new NotFoundError(`There is no repository ${owner}/${name} any more.`);
    if (!repository.collaborators) throw new ForbiddenError('GitHub does not list the collaborators.');
    return repository.collaborators;
  });
  for await (const { edges } of pages)
    for (const edge of edges ?? []) if (edge) collaborators.push(collaboratorOf(edge));
  return collaborators;
}

interface Edge {
  readonly permission: string;
  readonly permissionSources?: readonly Source[] | null | undefined;
  readonly node: Account;
}

interface Source {
  readonly roleName?: string | null | undefined;
  readonly permission: string;
  readonly source: { readonly type: 'Organization' | 'Repository' | 'Team' };
}

function collaboratorOf({ permission, permissionSources, node }: Edge): Collaborator {
  const roleFrom = (type: Source['source']['type']): string | null => {
    const found = permissionSources?.find(({ source }) => source.type === type);
    return found ? (found.roleName ?? found.permission) : null;
  };
  return {
    ...node,
    level: permission,
    directRole: roleFrom('Repository'),
    organizationRole: roleFrom('Organization'),
  };
}
