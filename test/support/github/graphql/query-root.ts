import { readNodeId } from '../node-id.ts';
import { commitNode } from './commit-node.ts';
import { isVisible, type Node, type QueryContext } from './context.ts';
import { deploymentNode } from './deployment-node.ts';
import { failure } from './failure.ts';
import { issueNode } from './issue-node.ts';
import { organizationNode, teamNode } from './organization-node.ts';
import { personNode } from './person-node.ts';
import { pullRequestNode } from './pull-request-node.ts';
import { repositoryNode } from './repository-node.ts';

export function queryRoot(context: QueryContext): Node {
  return {
    rateLimit: () => context.rateLimit,
    organization: ({ login }: { login: string }) => {
      const found = context.truth.organizations.find((each) => each.login.toLowerCase() === login.toLowerCase());
      if (!found || found !== context.token.installation.organization) {
        throw failure('NOT_FOUND', `Could not resolve to an Organization with the login of '${login}'.`);
      }
      return organizationNode(context, found);
    },
    repository: ({ owner, name }: { owner: string; name: string }) => {
      const found = context.truth.findRepository(`${owner}/${name}`);
      if (!found || !isVisible(context, found)) {
        throw failure('NOT_FOUND', `Could not resolve to a Repository with the name '${owner}/${name}'.`);
      }
      return repositoryNode(context, found);
    },
    user: ({ login }: { login: string }) => {
      const found = context.truth.people.find((person) => person.login === login && person.type === 'User');
      if (!found) throw failure('NOT_FOUND', `Could not resolve to a User with the login of '${login}'.`);
      return personNode(found);
    },
    viewer: () => ({ __typename: 'User', id: 'BOT_shiplog', login: 'shiplog[bot]', databaseId: 1 }),
    node: ({ id }: { id: string }) => findNode(context, id),
    nodes: ({ ids }: { ids: readonly string[] }) => {
      if (ids.length > 100) throw failure('ARGUMENT_LIMIT', 'You may not provide more than 100 node ids.');
      return ids.map((id) => {
        try {
          return findNode(context, id);
        } catch (error) {
          return error;
        }
      });
    },
  };
}

function findNode(context: QueryContext, id: string): Node {
  const { prefix, parts } = readNodeId(id) ?? { prefix: '', parts: [] };
  const node = findInOrganization(context, prefix, parts) ?? findInRepository(context, prefix, parts);
  if (!node) throw failure('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`);
  return node;
}

function findInOrganization(context: QueryContext, prefix: string, parts: readonly (string | number)[]): Node | null {
  const { organization } = context.token.installation;
  if (prefix === 'U') return personNode(context.truth.people.find(({ id }) => id === parts[0]));
  if (prefix === 'O' && parts[0] === organization.id) return organizationNode(context, organization);
  const team = prefix === 'T' ? organization.teams.find(({ id }) => id === parts[1]) : undefined;
  return team ? teamNode(context, organization, team) : null;
}

function findInRepository(
  context: QueryContext,
  prefix: string,
  [repositoryId, key]: readonly (string | number)[],
): Node | null {
  const repository = context.truth.repositories.find(({ id }) => id === repositoryId);
  if (!repository || !isVisible(context, repository)) return null;
  if (prefix === 'R') return repositoryNode(context, repository);
  const commit = prefix === 'C' ? repository.commits.get(String(key)) : undefined;
  if (commit) return commitNode(context, repository, commit);
  const pull = prefix === 'PR' ? repository.pulls.find(({ id }) => id === key) : undefined;
  if (pull) return pullRequestNode(context, repository, pull);
  const deployment = prefix === 'DE' ? repository.deployments.find(({ id }) => id === key) : undefined;
  if (deployment) return deploymentNode(context, repository, deployment);
  const issue = prefix === 'I' ? repository.issues.find(({ id }) => id === key) : undefined;
  return issue ? issueNode(context, repository, issue) : null;
}
