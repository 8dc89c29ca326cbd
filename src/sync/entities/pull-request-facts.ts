import { mergeFacts } from '../../events/merge-facts.ts';
import { comment, commentFact } from '../../events/payload-comment.ts';
import { pullRequest, pullRequestFacts } from '../../events/payload-pull-request.ts';
import { changedReadiness, openedReadiness } from '../../events/payload-readiness.ts';
import { review, reviewFact } from '../../events/payload-review.ts';
import { contributorFacts } from '../../events/payload-user.ts';
import { timestamp } from '../../events/payload-values.ts';
import type { Facts } from '../../facts/facts.ts';
import { pullRequestCommitFacts } from '../../facts/pull-request-commits.ts';
import type { PullRequest } from '../../github/documents/pull-request.ts';
import { commitFacts } from '../commit-facts.ts';
import { issueCommentPayload } from './issue-comment.ts';
import { sourceCommit } from './source-commit.ts';
import { accountOf, webhookLogin } from './people.ts';

export interface Seen {
  readonly repositoryId: number;
  /** When the page was asked for. */
  readonly seenAt: string;
}

/** A pull request with its commits, reviews and comments, as all of its events come to. */
export function wholePullRequestFacts(pull: PullRequest, { repositoryId, seenAt }: Seen): Facts {
  const payload = asPayload(pull);
  const { number, created_at, updated_at, merged_at } = payload;
  const reviews = submittedReviews(pull);
  const comments = pull.comments.nodes.map((node) => comment.parse(issueCommentPayload(node)));
  const commits = pull.commits.nodes.map(({ commit }) => sourceCommit(commit));
  const people = [payload.user, payload.merged_by, ...[...reviews, ...comments].map(({ user }) => user)];
  return mergeFacts(
    contributorFacts({ receivedAt: seenAt }, people),
    pullRequestFacts(repositoryId, payload),
    { pull_requests: [{ repository_id: repositoryId, number, readied: readinessOf(pull, created_at) }] },
    { reviews: reviews.map((one) => reviewFact(repositoryId, one, { number, updated_at })) },
    { comments: comments.map((one) => commentFact(one, { repository_id: repositoryId, kind: 'issue', number })) },
    commitFacts(commits, { repositoryId, seenAt }),
    // After the merge the commits of a pull request are what they are, whatever else changes.
    pullRequestCommitFacts({
      repository_id: repositoryId,
      number,
      shas: commits.map(({ sha }) => sha),
      at: merged_at ?? updated_at,
    }),
  );
}

function asPayload(pull: PullRequest) {
  return pullRequest.parse({
    id: pull.fullDatabaseId,
    number: pull.number,
    title: pull.title,
    body: pull.body,
    state: pull.state === 'OPEN' ? 'open' : 'closed',
    draft: pull.isDraft,
    user: accountOf(pull.author),
    head: { ref: pull.headRefName, sha: pull.headRefOid, repo: headRepositoryOf(pull) },
    base: { ref: pull.baseRefName, sha: pull.baseRefOid },
    merge_commit_sha: pull.mergeCommit?.oid,
    labels: pull.labels?.nodes ?? [],
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    merged_at: pull.mergedAt,
    closed_at: pull.closedAt,
    additions: pull.additions,
    deletions: pull.deletions,
    changed_files: pull.changedFiles,
    merged_by: accountOf(pull.mergedBy),
    ...requestsOf(pull),
  });
}

function headRepositoryOf({ headRepository }: PullRequest) {
  return headRepository?.databaseId ? { id: headRepository.databaseId } : null;
}

function requestsOf({ reviewRequests }: PullRequest) {
  const requested = (reviewRequests?.nodes ?? []).flatMap((node) => node?.requestedReviewer ?? []);
  return {
    requested_reviewers: requested.flatMap(({ login, type }) =>
      login === undefined ? [] : [{ login: webhookLogin({ login, type }) }],
    ),
    requested_teams: requested.flatMap(({ slug }) => (slug === undefined ? [] : [{ slug }])),
  };
}

function readinessOf({ isDraft, timelineItems }: PullRequest, created_at: string) {
  const change = timelineItems.nodes.findLast((node) => node !== null);
  if (!change) return openedReadiness({ draft: isDraft, created_at });
  const ready = change.type === 'ReadyForReviewEvent';
  return changedReadiness(ready ? 'ready_for_review' : 'converted_to_draft', timestamp.parse(change.createdAt));
}

/** A pending review is its author's draft: nobody else knows of it. */
function submittedReviews({ reviews }: PullRequest) {
  return (reviews?.nodes ?? [])
    .filter(({ state }) => state !== 'PENDING')
    .map(({ fullDatabaseId, state, submittedAt, author, commit }) =>
      review.parse({
        id: fullDatabaseId,
        state,
        user: accountOf(author),
        commit_id: commit?.oid,
        submitted_at: submittedAt,
      }),
    );
}
