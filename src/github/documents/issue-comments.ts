import { z } from 'zod';
import type { GraphqlDocument } from '../github.ts';
import { actorFields } from './actor.ts';
import { issueComment, issueCommentFields } from './conversation.ts';
import { connection, namedRepository, rateLimit, type RepositoryVariables } from './values.ts';

interface IssueCommentsVariables extends RepositoryVariables {
  readonly number: number;
  readonly after: string | null;
}

const data = z.object({
  repository: namedRepository.extend({ issue: z.object({ comments: connection(issueComment) }).nullable() }).nullable(),
});

/** The comments that a page of issues had no room for: a point for each hundred. */
export const issueCommentsDocument: GraphqlDocument<IssueCommentsVariables, z.output<typeof data>> = {
  name: 'IssueComments',
  text: `
    query IssueComments($owner: String!, $name: String!, $number: Int!, $after: String) {
      repository(owner: $owner, name: $name) {
        databaseId
        issue(number: $number) {
          comments(first: 100, after: $after) {
            nodes { ...issueComment }
            pageInfo { hasNextPage endCursor }
          }
        }
      }
      ${rateLimit}
    }${actorFields}${issueCommentFields}`,
  data,
};
