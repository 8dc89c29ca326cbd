import { idOf } from './identity.ts';
import { botAccount, githubTime, type Place, repositoryObject, surroundings } from './place.ts';
import type { MergedPullRequest } from './pull-request-message.ts';

export interface PullRequestSize {
  readonly additions: number;
  readonly deletions: number;
  readonly changed_files: number;
}

export interface ReplayedPullRequest extends MergedPullRequest {
  readonly mergeCommitSha: string;
  readonly headSha: string;
  readonly baseSha: string;
  readonly commits: number;
  /** Who opened it, if that was a bot. */
  readonly bot: string | null;
  /** In seconds since 1970. */
  readonly createdAt: number;
  readonly mergedAt: number;
}

/** Its size is not known yet: that of the merge is the one that counts. */
export function pullRequestOpened(place: Place, pull: ReplayedPullRequest) {
  const time = githubTime(pull.createdAt);
  const unmerged = { state: 'open', merged: false, merged_at: null, closed_at: null, merge_commit_sha: null };
  const pull_request = { ...pullRequestObject(place, pull, null), ...unmerged, updated_at: time };
  return { action: 'opened', number: pull.number, pull_request, ...surroundings(place, pull.createdAt) };
}

export function pullRequestMerged(place: Place, pull: ReplayedPullRequest, size: PullRequestSize | null) {
  const pull_request = pullRequestObject(place, pull, size);
  return { action: 'closed', number: pull.number, pull_request, ...surroundings(place, pull.mergedAt) };
}

function pullRequestObject(place: Place, pull: ReplayedPullRequest, size: PullRequestSize | null) {
  const { html_url, url, ...repository } = repositoryObject(place, pull.createdAt);
  const mergedAt = githubTime(pull.mergedAt);
  const repo = { ...repository, html_url, url };
  return {
    url: `${url}/pulls/${pull.number}`,
    html_url: `${html_url}/pull/${pull.number}`,
    id: idOf('pull request', repository.id, pull.number),
    node_id: '',
    number: pull.number,
    state: 'closed',
    locked: false,
    title: pull.title,
    // Of people no login is in the history; a bot has it for a name.
    user: pull.bot === null ? null : botAccount(pull.bot),
    body: pull.body,
    created_at: githubTime(pull.createdAt),
    updated_at: mergedAt,
    closed_at: mergedAt,
    merged_at: mergedAt,
    merge_commit_sha: pull.mergeCommitSha,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    labels: [],
    milestone: null,
    draft: false,
    head: { label: null, ref: pull.headRef ?? `pull/${pull.number}/head`, sha: pull.headSha, user: null, repo: null },
    base: {
      label: `${place.repository.org}:${place.branch}`,
      ref: place.branch,
      sha: pull.baseSha,
      user: repo.owner,
      repo,
    },
    author_association: 'NONE',
    auto_merge: null,
    active_lock_reason: null,
    merged: true,
    mergeable: null,
    rebaseable: null,
    mergeable_state: 'unknown',
    merged_by: null,
    comments: 0,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: pull.commits,
    ...size,
  };
}
