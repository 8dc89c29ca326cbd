import { z } from 'zod';
import type { GraphqlDocument } from '../github.ts';
import { issue, issueFields } from './issue.ts';
import { countedConnection, namedRepository, type PageVariables, rateLimit } from './values.ts';

const data = z.object({
  repository: namedRepository.extend({ issues: countedConnection(issue) }).nullable(),
});

/** Issues with their labels and comments, the latest changed first: 2 points for a hundred. */
export const issuesDocument: GraphqlDocument<PageVariables, z.output<typeof data>> = {
  name: 'Issues',
  text: `
    query Issues($owner: String!, $name: String!, $first: Int!, $after: String) {
      repository(owner: $owner, name: $name) {
        databaseId
        issues(first: $first, after: $after, orderBy: { field: UPDATED_AT, direction: DESC }) {
          totalCount
          nodes { ...issue }
          pageInfo { hasNextPage endCursor }
        }
      }
      ${rateLimit}
    }${issueFields}`,
  data,
};
