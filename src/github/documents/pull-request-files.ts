import { z } from 'zod';
import type { GraphqlDocument } from '../github.ts';
import { connection, type PageVariables, rateLimit } from './values.ts';

const changedFile = z.object({ path: z.string(), additions: z.int(), deletions: z.int() });

const data = z.object({
  repository: z
    .object({
      pullRequest: z
        .object({ headRefOid: z.string(), baseRefName: z.string(), files: connection(changedFile).nullish() })
        .nullish(),
    })
    .nullish(),
});

/** What a pull request changes, at the head that is told with it. One point. */
export const pullRequestFilesDocument: GraphqlDocument<
  PageVariables & { readonly number: number },
  z.output<typeof data>
> = {
  name: 'PullRequestFiles',
  text: `
    query PullRequestFiles($owner: String!, $name: String!, $number: Int!, $first: Int!, $after: String) {
      repository(owner: $owner, name: $name) {
        pullRequest(number: $number) {
          headRefOid
          baseRefName
          files(first: $first, after: $after) {
            nodes { path additions deletions }
            pageInfo { hasNextPage endCursor }
          }
        }
      }
      ${rateLimit}
    }`,
  data,
};
