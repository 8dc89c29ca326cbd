import { z } from 'zod';
import { actor, actorFields } from './actor.ts';
import { issueComment, issueCommentFields, label } from './conversation.ts';
import { gitCommit, gitCommitFields } from './git-commit.ts';
import { connection, databaseId } from './values.ts';

export const pullRequestCommit = z.object({ commit: gitCommit });

export const review = z.object({
  fullDatabaseId: databaseId,
  state: z.string(),
  submittedAt: z.string().nullish(),
  author: actor,
  commit: z.object({ oid: z.string() }).nullish(),
});

const requested = z.object({
  requestedReviewer: z
    .object({ type: z.string(), login: z.string().optional(), slug: z.string().optional() })
    .nullish(),
});

/** The last time that it became ready for review, or a draft again. */
const readiness = z.object({ type: z.string(), createdAt: z.string() });

export const pullRequest = z.object({
  fullDatabaseId: databaseId,
  number: z.int(),
  title: z.string(),
  body: z.string(),
  state: z.enum(['OPEN', 'CLOSED', 'MERGED']),
  isDraft: z.boolean(),
  author: actor,
  headRefName: z.string(),
  headRefOid: z.string(),
  baseRefName: z.string(),
  baseRefOid: z.string(),
  headRepository: z.object({ databaseId: z.int().nullish() }).nullish(),
  mergeCommit: z.object({ oid: z.string() }).nullish(),
  mergedBy: actor,
  additions: z.int(),
  deletions: z.int(),
  changedFiles: z.int(),
  createdAt: z.string(),
  updatedAt: z.string(),
  mergedAt: z.string().nullish(),
  closedAt: z.string().nullish(),
  labels: connection(label).nullable(),
  commits: connection(pullRequestCommit),
  reviews: connection(review).nullable(),
  comments: connection(issueComment),
  reviewRequests: z.object({ nodes: z.array(requested.nullable()).nullish() }).nullish(),
  timelineItems: z.object({ nodes: z.array(readiness.nullable()) }),
});
export type PullRequest = z.output<typeof pullRequest>;

const page = 'pageInfo { hasNextPage endCursor }';

/** The lists of a pull request that have no end, from where they are known on. */
export const commitsOf = (args: string) => `commits(${args}) { nodes { commit { ...gitCommit } } ${page} }`;
export const reviewsOf = (args: string) =>
  `reviews(${args}) { nodes { fullDatabaseId state submittedAt author { ...actor } commit { oid } } ${page} }`;
export const commentsOf = (args: string) => `comments(${args}) { nodes { ...issueComment } ${page} }`;

export const listFields = `${actorFields}${gitCommitFields}${issueCommentFields}`;

export const pullRequestFields = `
  fragment pullRequest on PullRequest {
    fullDatabaseId number title body state isDraft
    author { ...actor }
    headRefName headRefOid baseRefName baseRefOid
    headRepository { databaseId }
    mergeCommit { oid }
    mergedBy { ...actor }
    additions deletions changedFiles
    createdAt updatedAt mergedAt closedAt
    labels(first: 100) { nodes { name } ${page} }
    ${commitsOf('first: 50')}
    ${reviewsOf('first: 50')}
    ${commentsOf('first: 50')}
    reviewRequests(first: 100) {
      nodes {
        requestedReviewer {
          type: __typename
          ... on User { login }
          ... on Bot { login }
          ... on Mannequin { login }
          ... on Team { slug }
        }
      }
    }
    timelineItems(last: 1, itemTypes: [READY_FOR_REVIEW_EVENT, CONVERT_TO_DRAFT_EVENT]) {
      nodes {
        type: __typename
        ... on ReadyForReviewEvent { createdAt }
        ... on ConvertToDraftEvent { createdAt }
      }
    }
  }${listFields}`;
