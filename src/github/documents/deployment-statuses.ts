import { z } from 'zod';
import type { GraphqlDocument } from '../github.ts';
import { actor, actorFields } from './actor.ts';
import { connection, rateLimit } from './values.ts';

const status = z.object({
  id: z.string(),
  state: z.string(),
  environment: z.string().nullish(),
  creator: actor,
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type DeploymentStatusNode = z.output<typeof status>;

const data = z.object({
  nodes: z.array(z.object({ databaseId: z.int().nullish(), statuses: connection(status).nullish() }).nullable()),
});

interface Variables {
  /** Node ids of at most 100 deployments. */
  readonly ids: readonly string[];
}

/** The statuses of many deployments: 2 points for a hundred. */
export const deploymentStatusesDocument: GraphqlDocument<Variables, z.output<typeof data>> = {
  name: 'DeploymentStatuses',
  text: `
    query DeploymentStatuses($ids: [ID!]!) {
      nodes(ids: $ids) {
        ... on Deployment {
          databaseId
          statuses(first: 100) {
            nodes { id state environment creator { ...actor } createdAt updatedAt }
            pageInfo { hasNextPage endCursor }
          }
        }
      }
      ${rateLimit}
    }${actorFields}`,
  data,
};
