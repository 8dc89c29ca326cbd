import { nodeId } from '../node-id.ts';
import type { Repository } from '../truth/repository.ts';
import type { Deployment, DeploymentStatus } from '../truth/work.ts';
import { commitNode } from './commit-node.ts';
import { connection, type PageArguments } from './connection.ts';
import type { Node, QueryContext } from './context.ts';
import { personNode } from './person-node.ts';
import { refNode, repositoryNode } from './repository-node.ts';

export function deploymentNode(context: QueryContext, repository: Repository, deployment: Deployment): Node {
  const { id, environment, statuses } = deployment;
  const newest = statuses.toReversed();
  return {
    __typename: 'Deployment',
    id: nodeId('DE', repository.id, id),
    databaseId: id,
    commitOid: deployment.sha,
    environment,
    originalEnvironment: environment,
    latestEnvironment: environment,
    description: null,
    payload: '{}',
    task: 'deploy',
    state: deploymentState(newest[0]),
    creator: personNode(deployment.creator),
    createdAt: deployment.createdAt,
    updatedAt: deployment.updatedAt,
    repository: () => repositoryNode(context, repository),
    ref: () => refNode(context, repository, deployment.ref),
    commit: () => {
      const commit = repository.commits.get(deployment.sha);
      return commit ? commitNode(context, repository, commit) : null;
    },
    latestStatus: () => (newest[0] ? statusNode(context, { repository, deployment, status: newest[0] }) : null),
    statuses: (args: PageArguments) =>
      connection(newest, {
        args,
        node: (status) => statusNode(context, { repository, deployment, status }),
        place: (status) => ['', -status.id],
      }),
  };
}

interface StatusOfDeployment {
  readonly repository: Repository;
  readonly deployment: Deployment;
  readonly status: DeploymentStatus;
}

/** GitHub's schema gives a status no `databaseId`; its id is in the node id. */
function statusNode(context: QueryContext, { repository, deployment, status }: StatusOfDeployment): Node {
  return {
    __typename: 'DeploymentStatus',
    id: nodeId('DES', repository.id, status.id),
    state: status.state.toUpperCase(),
    environment: deployment.environment,
    description: '',
    environmentUrl: null,
    logUrl: null,
    creator: personNode(status.creator),
    createdAt: status.createdAt,
    updatedAt: status.createdAt,
    deployment: () => deploymentNode(context, repository, deployment),
  };
}

function deploymentState(status: DeploymentStatus | undefined): string {
  if (!status) return 'PENDING';
  return status.state === 'success' ? 'ACTIVE' : status.state.toUpperCase();
}
