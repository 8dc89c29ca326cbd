import { z } from 'zod';
import type { GraphqlDocument } from '../github.ts';
import { connection, namedRepository, type PageVariables, rateLimit } from './values.ts';

const data = z.object({
  repository: namedRepository.extend({ issues: connection(z.object({ number: z.int() })) }).nullable(),
});

/** Which issues there are, and nothing else of them: one point for a hundred. */
export const issueNumbersDocument: GraphqlDocument<PageVariables, z.output<typeof data>> = {
  name: 'IssueNumbers',
  text: `
    query IssueNumbers($owner: String!, $name: String!, $first: Int!, $after: String) {
      repository(owner: $owner, name: $name) {
        databaseId
        issues(first: $first, after: $after, orderBy: { field: CREATED_AT, direction: ASC }) {
          nodes { number }
          pageInfo { hasNextPage endCursor }
        }
      }
      ${rateLimit}
    }`,
  data,
};
