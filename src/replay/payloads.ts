import type { SourceCommit } from '../sync/commit-source.ts';
import { idOf, orgId, type ReplayedRepository, repositoryId } from './identity.ts';
import type { MergedPullRequest } from './pull-request-message.ts';
import type { Tag } from './tags.ts';
import { isPrerelease } from './tags.ts';

/** GitHub's own form of a time: to the second. */
function githubTime(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z');
}

export const NO_SHA = '0'.repeat(40);

/** Who sends the webhooks. git knows people by email, so no payload names a GitHub user. */
const sender = {
  login: 'shiplog-replay[bot]',
  id: idOf('user', 'shiplog-replay[bot]'),
  node_id: '',
  type: 'Bot',
  site_admin: false,
};

/** What every payload says of its place: the repository as of `time`. */
export interface Place {
  readonly repository: ReplayedRepository;
  readonly branch: string;
  /** In seconds since 1970. */
  readonly createdAt: number;
}

function account({ org }: ReplayedRepository) {
  return {
    login: org,
    id: orgId({ org, name: '' }),
    node_id: '',
    url: `https://api.github.com/users/${org}`,
    html_url: `https://github.com/${org}`,
    type: 'Organization',
    site_admin: false,
  };
}

function shortRepository(repository: ReplayedRepository) {
  return {
    id: repositoryId(repository),
    node_id: '',
    name: repository.name,
    full_name: `${repository.org}/${repository.name}`,
    // Nobody said that it is public.
    private: true,
  };
}

function repositoryObject({ repository, branch, createdAt }: Place, time: number) {
  return {
    ...shortRepository(repository),
    owner: account(repository),
    html_url: `https://github.com/${repository.org}/${repository.name}`,
    url: `https://api.github.com/repos/${repository.org}/${repository.name}`,
    description: null,
    fork: false,
    created_at: githubTime(createdAt),
    updated_at: githubTime(time),
    pushed_at: githubTime(time),
    language: null,
    archived: false,
    disabled: false,
    visibility: 'private',
    default_branch: branch,
    topics: [],
  };
}

function installationObject({ repository, createdAt }: Place) {
  return {
    id: idOf('installation', repository.org.toLowerCase()),
    account: account(repository),
    repository_selection: 'selected',
    html_url: `https://github.com/organizations/${repository.org}/settings/installations`,
    app_id: null,
    app_slug: 'shiplog',
    target_id: orgId(repository),
    target_type: 'Organization',
    permissions: { contents: 'read', metadata: 'read', pull_requests: 'read' },
    events: ['push', 'pull_request', 'release', 'repository'],
    created_at: githubTime(createdAt),
    updated_at: githubTime(createdAt),
    single_file_name: null,
    suspended_at: null,
    suspended_by: null,
  };
}

/** What all but the installation's own events have in common. */
function surroundings(place: Place, time: number) {
  return {
    repository: repositoryObject(place, time),
    organization: { login: place.repository.org, id: orgId(place.repository), node_id: '', description: null },
    installation: { id: idOf('installation', place.repository.org.toLowerCase()), node_id: '' },
    sender,
  };
}

export function installationCreated(place: Place) {
  return {
    action: 'created',
    installation: installationObject(place),
    repositories: [shortRepository(place.repository)],
    requester: null,
    sender,
  };
}

export function repositoriesAdded(place: Place) {
  return {
    action: 'added',
    installation: installationObject(place),
    repository_selection: 'selected',
    repositories_added: [shortRepository(place.repository)],
    repositories_removed: [],
    requester: null,
    sender,
  };
}

export function repositoryCreated(place: Place) {
  return { action: 'created', ...surroundings(place, place.createdAt) };
}

/** A commit as a push shows it: without parents, and with one time for both dates. */
export function pushedCommit(commit: SourceCommit, { org, name }: ReplayedRepository) {
  return {
    id: commit.sha,
    tree_id: NO_SHA,
    distinct: true,
    message: commit.message.trimEnd().slice(0, LONGEST_MESSAGE),
    timestamp: commit.committed_at.replace('.000Z', 'Z'),
    url: `https://github.com/${org}/${name}/commit/${commit.sha}`,
    author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email },
    added: [],
    removed: [],
    modified: [],
  };
}
export type PushedCommit = ReturnType<typeof pushedCommit>;
/** The rest is read from the clone itself: one commit must not fill a payload. */
const LONGEST_MESSAGE = 65_536;

export interface Push {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly commits: readonly PushedCommit[];
  readonly headCommit: PushedCommit | null;
  /** In seconds since 1970. */
  readonly pushedAt: number;
}

export function push(place: Place, { ref, before, after, commits, headCommit, pushedAt }: Push) {
  const { repository, ...around } = surroundings(place, pushedAt);
  return {
    ref,
    before,
    after,
    base_ref: null,
    created: before === NO_SHA,
    deleted: false,
    forced: false,
    compare: `${repository.html_url}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits,
    head_commit: headCommit,
    pusher: { name: sender.login, email: null },
    // Of all payloads, a push alone has these two as numbers.
    repository: { ...repository, created_at: place.createdAt, pushed_at: pushedAt },
    ...around,
  };
}

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
    // Nobody's login is in the history.
    user: null,
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

export function releasePublished(place: Place, tag: Tag) {
  const { repository, ...around } = surroundings(place, tag.time);
  const id = idOf('release', repository.id, tag.name);
  return {
    action: 'published',
    release: {
      url: `${repository.url}/releases/${id}`,
      html_url: `${repository.html_url}/releases/tag/${encodeURIComponent(tag.name)}`,
      id,
      node_id: '',
      tag_name: tag.name,
      target_commitish: tag.commit.sha,
      name: tag.name,
      draft: false,
      prerelease: isPrerelease(tag.name),
      author: null,
      created_at: tag.commit.committed_at.replace('.000Z', 'Z'),
      published_at: githubTime(tag.time),
      assets: [],
      body: null,
    },
    repository,
    ...around,
  };
}
