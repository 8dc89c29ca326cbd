import { z } from 'zod';
import type { GraphqlDocument } from '../github.ts';
import { issueComment } from './conversation.ts';
import { commentsOf, commitsOf, listFields, pullRequestCommit, review, reviewsOf } from './pull-request.ts';
import { connection, namedRepository, rateLimit, type RepositoryVariables } from './values.ts';

export interface PullRequestListsVariables extends RepositoryVariables {
  readonly number: number;
  readonly withCommits: boolean;
  readonly commitsAfter: string | null;
  readonly withReviews: boolean;
  readonly reviewsAfter: string | null;
  readonly withComments: boolean;
  readonly commentsAfter: string | null;
}

const data = z.object({
  repository: namedRepository
    .extend({
      pullRequest: z
        .object({
          commits: connection(pullRequestCommit).optional(),
          reviews: connection(review).nullish(),
          comments: connection(issueComment).optional(),
        })
        .nullable(),
    })
    .nullable(),
});

/** What a page of pull requests had no room for: one point for up to 100 more of each list of one pull request. */
export const pullRequestListsDocument: GraphqlDocument<PullRequestListsVariables, z.output<typeof data>> = {
  name: 'PullRequestLists',
  text: `
    query PullRequestLists(
      $owner: String!, $name: String!, $number: Int!
      $withCommits: Boolean!, $commitsAfter: String
      $withReviews: Boolean!, $reviewsAfter: String
      $withComments: Boolean!, $commentsAfter: String
    ) {
      repository(owner: $owner, name: $name) {
        databaseId
        pullRequest(number: $number) {
          ... @include(if: $withCommits) { ${commitsOf('first: 100, after: $commitsAfter')} }
          ... @include(if: $withReviews) { ${reviewsOf('first: 100, after: $reviewsAfter')} }
          ... @include(if: $withComments) { ${commentsOf('first: 100, after: $commentsAfter')} }
        }
      }
      ${rateLimit}
    }${listFields}`,
  data,
};
