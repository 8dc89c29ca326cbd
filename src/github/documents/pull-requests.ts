import { z } from 'zod';
import type { GraphqlDocument } from '../github.ts';
import { pullRequest, pullRequestFields } from './pull-request.ts';
import { countedConnection, namedRepository, type PageVariables, rateLimit } from './values.ts';

const data = z.object({
  repository: namedRepository.extend({ pullRequests: countedConnection(pullRequest) }).nullable(),
});

/** Pull requests with all that belongs to them, the latest changed first: 3 points for 50, which take 301 requests for connections. */
export const pullRequestsDocument: GraphqlDocument<PageVariables, z.output<typeof data>> = {
  name: 'PullRequests',
  text: `
    query PullRequests($owner: String!, $name: String!, $first: Int!, $after: String) {
      repository(owner: $owner, name: $name) {
        databaseId
        pullRequests(first: $first, after: $after, orderBy: { field: UPDATED_AT, direction: DESC }) {
          totalCount
          nodes { ...pullRequest }
          pageInfo { hasNextPage endCursor }
        }
      }
      ${rateLimit}
    }${pullRequestFields}`,
  data,
};
