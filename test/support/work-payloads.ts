import { examplePayload, type Json, objectOf } from './example-payloads.ts';
import {
  type Account,
  ALICE,
  BOB,
  repositoryEvent,
  repositoryPayload,
  type RepositoryEventOptions,
  sha,
  T0,
  userPayload,
} from './payloads.ts';

interface PullRequestOptions {
  readonly id?: number;
  readonly number?: number;
  readonly title?: string;
  readonly body?: string | null;
  readonly author?: Account;
  readonly draft?: boolean;
  readonly headRef?: string;
  readonly headSha?: string;
  readonly baseRef?: string;
  readonly baseSha?: string;
  readonly labels?: readonly string[];
  readonly createdAt?: string;
  readonly updatedAt?: string;
  readonly closedAt?: string | null;
  readonly mergedAt?: string | null;
  readonly mergedBy?: Account;
  readonly mergeCommitSha?: string | null;
  readonly additions?: number;
  readonly deletions?: number;
  readonly changedFiles?: number;
  readonly requestedReviewers?: readonly Account[];
}

export interface PullRequestEventOptions extends RepositoryEventOptions {
  readonly action?: string;
  readonly pull?: PullRequestOptions;
}

export function pullRequestPayload({ action = 'opened', pull = {}, ...event }: PullRequestEventOptions = {}): Json {
  return { action, number: pull.number ?? 1, pull_request: fullPullRequest(pull, event), ...repositoryEvent(event) };
}

function fullPullRequest(pull: PullRequestOptions, event: RepositoryEventOptions): Json {
  const { mergedAt = null, mergedBy = BOB } = pull;
  return {
    ...objectOf(examplePayload('pull_request', 13), 'pull_request'),
    ...simplePullRequest(pull, event),
    merged: mergedAt !== null,
    merged_by: mergedAt === null ? null : userPayload(mergedBy),
    additions: pull.additions ?? 10,
    deletions: pull.deletions ?? 2,
    changed_files: pull.changedFiles ?? 1,
  };
}

/** As it stands in events about its reviews and comments: without size. */
function simplePullRequest(pull: PullRequestOptions, { repository }: RepositoryEventOptions): Json {
  const repo = repositoryPayload(repository);
  const base = objectOf(examplePayload('pull_request_review', 1), 'pull_request');
  const { number = 1, createdAt = T0, mergedAt = null } = pull;
  const closedAt = pull.closedAt ?? mergedAt;
  return {
    ...base,
    id: pull.id ?? 40_000 + number,
    number,
    title: pull.title ?? 'Fix the engine',
    body: pull.body === undefined ? 'It did not start.' : pull.body,
    state: closedAt === null ? 'open' : 'closed',
    draft: pull.draft ?? false,
    user: userPayload(pull.author ?? ALICE),
    labels: labelsOf(pull.labels),
    requested_reviewers: (pull.requestedReviewers ?? []).map(userPayload),
    requested_teams: [],
    head: { ...objectOf(base, 'head'), ref: pull.headRef ?? 'topic', sha: pull.headSha ?? sha('head'), repo },
    base: { ...objectOf(base, 'base'), ref: pull.baseRef ?? 'main', sha: pull.baseSha ?? sha('base'), repo },
    merge_commit_sha: pull.mergeCommitSha ?? (mergedAt === null ? null : sha(`merge ${number}`)),
    created_at: createdAt,
    updated_at: pull.updatedAt ?? closedAt ?? createdAt,
    closed_at: closedAt,
    merged_at: mergedAt,
  };
}

function labelsOf(names: readonly string[] = []): Json[] {
  const example = objectOf(examplePayload('label', 3), 'label');
  return names.map((name, index) => Object.assign({}, example, { id: index + 1, name }));
}

export interface ReviewEventOptions extends RepositoryEventOptions {
  readonly action?: 'submitted' | 'edited' | 'dismissed';
  readonly pull?: PullRequestOptions;
  readonly review?: {
    readonly id?: number;
    readonly author?: Account;
    readonly state?: 'approved' | 'changes_requested' | 'commented' | 'dismissed';
    readonly commitSha?: string;
    readonly submittedAt?: string;
  };
}

export function reviewPayload({
  action = 'submitted',
  pull = {},
  review = {},
  ...event
}: ReviewEventOptions = {}): Json {
  const { id = 60_000, author = BOB, state = 'approved', submittedAt = T0 } = review;
  return {
    action,
    review: {
      ...objectOf(examplePayload('pull_request_review', 2), 'review'),
      id,
      user: userPayload(author),
      state: action === 'dismissed' ? 'dismissed' : state,
      commit_id: review.commitSha ?? pull.headSha ?? sha('head'),
      submitted_at: submittedAt,
    },
    pull_request: simplePullRequest({ updatedAt: submittedAt, ...pull }, event),
    ...repositoryEvent({ sender: author, ...event }),
  };
}

export interface ReviewCommentEventOptions extends RepositoryEventOptions {
  readonly action?: 'created' | 'edited' | 'deleted';
  readonly pull?: PullRequestOptions;
  readonly comment?: CommentOptions & { readonly reviewId?: number; readonly commitSha?: string };
}

interface CommentOptions {
  readonly id?: number;
  readonly author?: Account;
  readonly createdAt?: string;
  readonly updatedAt?: string;
}

export function reviewCommentPayload(options: ReviewCommentEventOptions = {}): Json {
  const { action = 'created', pull = {}, comment = {}, ...event } = options;
  const { commitSha = sha('head'), createdAt = T0 } = comment;
  return {
    action,
    comment: {
      ...objectOf(examplePayload('pull_request_review_comment', 2), 'comment'),
      ...commentOf(comment),
      pull_request_review_id: comment.reviewId ?? 60_000,
      commit_id: commitSha,
      original_commit_id: commitSha,
    },
    pull_request: simplePullRequest({ updatedAt: createdAt, ...pull }, event),
    ...repositoryEvent({ sender: comment.author ?? BOB, ...event }),
  };
}

interface IssueOptions {
  readonly id?: number;
  readonly number?: number;
  readonly title?: string;
  readonly body?: string | null;
  readonly author?: Account;
  readonly labels?: readonly string[];
  readonly stateReason?: string | null;
  readonly createdAt?: string;
  readonly updatedAt?: string;
  readonly closedAt?: string | null;
}

export interface IssueEventOptions extends RepositoryEventOptions {
  readonly action?: string;
  readonly issue?: IssueOptions;
}

export function issuePayload({ action = 'opened', issue = {}, ...event }: IssueEventOptions = {}): Json {
  return { action, issue: issueOf(issue), ...repositoryEvent(event) };
}

export interface IssueCommentEventOptions extends RepositoryEventOptions {
  readonly action?: 'created' | 'edited' | 'deleted';
  readonly issue?: IssueOptions;
  /** GitHub's issue of a pull request has a `pull_request`. */
  readonly onPullRequest?: boolean;
  readonly comment?: CommentOptions;
}

export function issueCommentPayload(options: IssueCommentEventOptions = {}): Json {
  const { action = 'created', issue = {}, onPullRequest = false, comment = {}, ...event } = options;
  const pull = onPullRequest ? { pull_request: { url: 'https://api.github.com/repos/acme/rocket/pulls/1' } } : {};
  return {
    action,
    issue: { ...issueOf(issue), ...pull },
    comment: { ...objectOf(examplePayload('issue_comment', 3), 'comment'), ...commentOf(comment) },
    ...repositoryEvent({ sender: comment.author ?? BOB, ...event }),
  };
}

function issueOf(issue: IssueOptions): Json {
  const { number = 2, createdAt = T0, closedAt = null } = issue;
  return {
    ...objectOf(examplePayload('issue_comment', 3), 'issue'),
    id: issue.id ?? 50_000 + number,
    number,
    title: issue.title ?? 'The engine does not start',
    body: issue.body === undefined ? 'It should.' : issue.body,
    user: userPayload(issue.author ?? ALICE),
    labels: labelsOf(issue.labels),
    state: closedAt === null ? 'open' : 'closed',
    state_reason: issue.stateReason ?? (closedAt === null ? null : 'completed'),
    created_at: createdAt,
    updated_at: issue.updatedAt ?? closedAt ?? createdAt,
    closed_at: closedAt,
  };
}

function commentOf({ id = 70_000, author = BOB, createdAt = T0, updatedAt = createdAt }: CommentOptions): Json {
  return { id, user: userPayload(author), created_at: createdAt, updated_at: updatedAt };
}
