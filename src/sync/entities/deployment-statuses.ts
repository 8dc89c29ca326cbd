import { z } from 'zod';
import { deploymentStatus } from '../../events/deployment-status.ts';
import { IncompleteResponseError, NotFoundError } from '../../errors.ts';
import { type DeploymentStatusNode, deploymentStatusesDocument } from '../../github/documents/deployment-statuses.ts';
import { findDatabaseId } from '../../github/node-id.ts';
import type { PageRequest } from '../entity.ts';
import { accountOf } from './people.ts';

type DeploymentStatus = z.output<typeof deploymentStatus>;

interface ListedDeployment {
  readonly id: number;
  readonly node_id: string;
}

type Request = Pick<PageRequest, 'github' | 'repository'>;

/**
 * Every status of each deployment. One GraphQL request tells those of a hundred; where it can not, REST does, at a
 * request for each deployment.
 */
export async function readStatuses(
  deployments: readonly ListedDeployment[],
  request: Request,
): Promise<Map<number, readonly DeploymentStatus[]>> {
  const found = deployments.length === 0 ? new Map() : await readTogether(deployments, request);
  for (const { id } of deployments) if (!found.has(id)) found.set(id, await readAlone(id, request));
  return found;
}

async function readTogether(
  deployments: readonly ListedDeployment[],
  { github, repository }: Request,
): Promise<Map<number, readonly DeploymentStatus[]>> {
  const found = new Map<number, readonly DeploymentStatus[]>();
  const ids = deployments.map(({ node_id }) => node_id);
  const answer = await github.graphql(deploymentStatusesDocument, { ids }).catch((error: unknown) => {
    // One that was deleted since it was listed spoils the answer for all.
    if (error instanceof NotFoundError || error instanceof IncompleteResponseError) return { nodes: [] };
    throw error;
  });
  for (const node of answer.nodes) {
    if (!node?.databaseId || !node.statuses || node.statuses.pageInfo.hasNextPage) continue;
    const statuses = node.statuses.nodes.map((status) => asPayload(status, repository.id));
    if (!statuses.includes(undefined))
      found.set(
        node.databaseId,
        statuses.filter((status) => status !== undefined),
      );
  }
  return found;
}

function asPayload(status: DeploymentStatusNode, repositoryId: number): DeploymentStatus | undefined {
  const id = findDatabaseId(status.id, { prefix: 'DES', type: 'DeploymentStatus', repositoryId });
  if (id === undefined) return undefined;
  return deploymentStatus.parse({
    id,
    state: status.state.toLowerCase(),
    environment: status.environment,
    creator: accountOf(status.creator),
    created_at: status.createdAt,
    updated_at: status.updatedAt,
  });
}

async function readAlone(deployment_id: number, { github, repository }: Request): Promise<readonly DeploymentStatus[]> {
  const statuses: DeploymentStatus[] = [];
  const pages = github.restPages({
    route: 'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
    parameters: { owner: repository.owner, repo: repository.name, deployment_id, per_page: 100 },
    data: z.array(deploymentStatus),
  });
  for await (const page of pages) statuses.push(...page);
  return statuses;
}
