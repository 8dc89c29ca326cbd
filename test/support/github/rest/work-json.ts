import { type Json, objectOf } from '../../example-payloads.ts';
import { type Account, repositoryPayload, userPayload } from '../../payloads.ts';
import { issueCommentPayload, issuePayload, pullRequestPayload, reviewCommentPayload } from '../../work-payloads.ts';
import { labelId } from '../graphql/comment-node.ts';
import { nodeId } from '../node-id.ts';
import { accountOf, repositoryOptions } from '../payload-options.ts';
import type { Repository } from '../truth/repository.ts';
import type { Comment, Issue, PullRequest, Review, ReviewComment } from '../truth/work.ts';
import { personJson } from './json.ts';

const requestedTeam = {
  url: 'https://api.github.com/organizations/1/team/1',
  html_url: 'https://github.com/orgs/acme/teams/one',
  members_url: 'https://api.github.com/organizations/1/team/1/members{/member}',
  repositories_url: 'https://api.github.com/organizations/1/team/1/repos',
  description: null,
  privacy: 'closed',
  permission: 'pull',
  parent: null,
};

const FORK = 1_000_000;

export function forkId({ id }: Pick<Repository, 'id'>): number {
  return id + FORK;
}

export function pullJson(repository: Repository, pull: PullRequest): Json {
  const { author, mergedBy, labels, ...rest } = pull;
  const payload = pullRequestPayload({
    repository: repositoryOptions(repository),
    pull: {
      ...rest,
      ...(author ? { author: accountOf(author) } : {}),
      ...(mergedBy ? { mergedBy: accountOf(mergedBy) } : {}),
    },
  });
  const built = objectOf(payload, 'pull_request');
  return {
    ...built,
    node_id: nodeId('PR', repository.id, pull.id),
    user: personJson(author),
    labels: labels.map((name) => labelJson(repository, name)),
    comments: pull.comments.length,
    review_comments: pull.reviewComments.length,
    commits: pull.commits.length,
    head: headJson(built, repository, pull),
    requested_reviewers: pull.requestedReviewers.map((person) => personJson(person)),
    requested_teams: pull.requestedTeams.map(({ id, name, slug }) => ({
      ...requestedTeam,
      id,
      node_id: nodeId('T', id),
      name,
      slug,
    })),
  };
}

/** A fork has another owner and an id of its own. */
function headJson(built: Json, repository: Repository, { headOwner, headRef }: PullRequest): Json {
  const head = objectOf(built, 'head');
  if (headOwner === repository.owner) return { ...head, label: `${headOwner}:${headRef}` };
  const owner: Account = { id: repository.ownerId + 1, login: headOwner, type: 'User' };
  const fork = repositoryPayload({ ...repositoryOptions(repository), id: forkId(repository), owner, fork: true });
  return { ...head, label: `${headOwner}:${headRef}`, repo: fork, user: userPayload(owner) };
}

/** As lists have it: without its size. */
export function simplePullJson(repository: Repository, pull: PullRequest): Json {
  const {
    additions: _,
    deletions: __,
    changed_files: ___,
    merged: ____,
    merged_by: _____,
    ...rest
  } = pullJson(repository, pull);
  return rest;
}

export function labelJson(repository: Repository, name: string): Json {
  return {
    id: labelId(name),
    node_id: nodeId('LA', repository.id, labelId(name)),
    url: `https://api.github.com/repos/${repository.fullName}/labels/${encodeURIComponent(name)}`,
    name,
    color: 'ededed',
    default: false,
    description: '',
  };
}

export function reviewJson(repository: Repository, pull: PullRequest, review: Review): Json {
  const url = `https://github.com/${repository.fullName}/pull/${pull.number}#pullrequestreview-${review.id}`;
  const pullUrl = `https://api.github.com/repos/${repository.fullName}/pulls/${pull.number}`;
  return {
    id: review.id,
    node_id: nodeId('PRR', repository.id, review.id),
    user: personJson(review.author),
    body: review.body,
    state: review.state,
    html_url: url,
    pull_request_url: pullUrl,
    author_association: 'MEMBER',
    _links: { html: { href: url }, pull_request: { href: pullUrl } },
    ...(review.submittedAt === null ? {} : { submitted_at: review.submittedAt }),
    commit_id: review.commitSha,
  };
}

export function reviewCommentJson(repository: Repository, pull: PullRequest, comment: ReviewComment): Json {
  const { id, reviewId, commitSha, createdAt, updatedAt, author } = comment;
  const payload = reviewCommentPayload({
    repository: repositoryOptions(repository),
    comment: { id, reviewId, commitSha, createdAt, updatedAt, ...(author ? { author: accountOf(author) } : {}) },
  });
  const url = `https://api.github.com/repos/${repository.fullName}/pulls/${pull.number}`;
  return {
    ...objectOf(payload, 'comment'),
    node_id: nodeId('PRRC', repository.id, id),
    user: personJson(author),
    body: comment.body,
    path: comment.path,
    pull_request_url: url,
  };
}

export function issueCommentJson(repository: Repository, number: number, comment: Comment): Json {
  const { id, createdAt, updatedAt, author, body } = comment;
  const payload = issueCommentPayload({
    repository: repositoryOptions(repository),
    comment: { id, createdAt, updatedAt, ...(author ? { author: accountOf(author) } : {}) },
  });
  return {
    ...objectOf(payload, 'comment'),
    node_id: nodeId('IC', repository.id, id),
    user: personJson(author),
    body,
    issue_url: `https://api.github.com/repos/${repository.fullName}/issues/${number}`,
  };
}

/** REST calls a pull request an issue, too, with a `pull_request`. */
export function issueJson(repository: Repository, item: Issue | PullRequest): Json {
  const { author, kind } = item;
  const payload = issuePayload({
    repository: repositoryOptions(repository),
    issue: {
      id: item.id,
      number: item.number,
      title: item.title,
      body: item.body,
      createdAt: item.createdAt,
      updatedAt: item.updatedAt,
      closedAt: item.closedAt,
      ...(author ? { author: accountOf(author) } : {}),
      ...(kind === 'issue' ? { stateReason: item.stateReason } : {}),
    },
  });
  const api = `https://api.github.com/repos/${repository.fullName}`;
  const html = `https://github.com/${repository.fullName}/pull/${item.number}`;
  const url = `${api}/pulls/${item.number}`;
  const merged_at = kind === 'pull' ? item.mergedAt : null;
  return {
    ...objectOf(payload, 'issue'),
    node_id: nodeId(kind === 'pull' ? 'PR' : 'I', repository.id, item.id),
    repository_url: api,
    user: personJson(author),
    closed_by: kind === 'issue' ? personJson(item.closedBy) : null,
    labels: item.labels.map((name) => labelJson(repository, name)),
    comments: item.comments.length,
    ...(kind === 'pull'
      ? {
          draft: item.draft,
          pull_request: { url, html_url: html, diff_url: `${html}.diff`, patch_url: `${html}.patch`, merged_at },
        }
      : {}),
  };
}
