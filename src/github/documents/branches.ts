import { z } from 'zod';
import type { GraphqlDocument } from '../github.ts';
import { countedConnection, namedRepository, type PageVariables, rateLimit } from './values.ts';

const branch = z.object({ name: z.string(), target: z.object({ oid: z.string() }).nullable() });

const data = z.object({
  repository: namedRepository
    .extend({
      createdAt: z.string(),
      pushedAt: z.string().nullish(),
      refs: countedConnection(branch).nullable(),
    })
    .nullable(),
});

/** The branches, and when the repository was pushed to last: one point. */
export const branchesDocument: GraphqlDocument<PageVariables, z.output<typeof data>> = {
  name: 'Branches',
  text: `
    query Branches($owner: String!, $name: String!, $first: Int!, $after: String) {
      repository(owner: $owner, name: $name) {
        databaseId
        createdAt
        pushedAt
        refs(refPrefix: "refs/heads/", first: $first, after: $after) {
          totalCount
          nodes { name target { oid } }
          pageInfo { hasNextPage endCursor }
        }
      }
      ${rateLimit}
    }`,
  data,
};
