import type { Json } from '../support/example-payloads.ts';
import { RECEIVED_AT } from '../support/webhook-event.ts';
import { list, read, repositoryId, time } from './payload-reader.ts';

/** What an example must come to, read from the payload in another way than the mappers do. */
export const describedWork: Readonly<Record<string, (payload: Json) => object>> = {
  push: (payload) => {
    const ref = String(read(payload, 'ref'));
    const deleted = read(payload, 'deleted') === true;
    const head = deleted ? null : read(payload, 'after');
    const at = time(payload, 'repository.pushed_at');
    const observed = { at, deleted_at: deleted ? at : null };
    const name = ref.replace(/^refs\/(heads|tags)\//, '');
    return {
      ...(ref.startsWith('refs/tags/')
        ? { tags: [{ name, observed: { ...observed, sha: head } }] }
        : { branches: [{ name, observed: { ...observed, head_sha: head } }] }),
      ...(read(payload, 'head_commit') !== null && {
        commits:
          list(payload, 'commits').length > 0
            ? list(payload, 'commits').map(commit)
            : [commit(read(payload, 'head_commit'))],
      }),
    };
  },
  create: (payload) => ({
    tags: [
      { repository_id: repositoryId(payload), name: read(payload, 'ref'), observed: { sha: null, deleted_at: null } },
    ],
  }),
  delete: (payload) => ({
    tags: [{ name: read(payload, 'ref'), observed: { deleted_at: time(payload, 'repository.pushed_at') } }],
  }),
  pull_request: (payload) => ({
    pull_requests: withReadiness(payload, {
      ...pullRequest(payload),
      sized: {
        additions: read(payload, 'pull_request.additions'),
        deletions: read(payload, 'pull_request.deletions'),
        changed_files: read(payload, 'pull_request.changed_files'),
      },
    }),
  }),
  pull_request_review: (payload) => ({
    ...(read(payload, 'pull_request.draft') !== undefined && { pull_requests: [pullRequest(payload)] }),
    reviews: [
      {
        repository_id: repositoryId(payload),
        review_id: read(payload, 'review.id'),
        observed: {
          number: read(payload, 'pull_request.number'),
          author_id: read(payload, 'review.user.id'),
          state: read(payload, 'review.state'),
          commit_sha: read(payload, 'review.commit_id'),
          submitted_at: time(payload, 'review.submitted_at'),
        },
      },
    ],
  }),
  pull_request_review_comment: (payload) => ({
    comments: [
      comment(payload, 'review', {
        number: read(payload, 'pull_request.number'),
        review_id: read(payload, 'comment.pull_request_review_id'),
        commit_sha: read(payload, 'comment.original_commit_id'),
      }),
    ],
  }),
  pull_request_review_thread: (payload) => ({
    pull_requests: [pullRequest(payload)],
    comments: list(payload, 'thread.comments').map((one) => ({ kind: 'review', comment_id: read(one, 'id') })),
  }),
  issues: (payload) => (read(payload, 'issue.pull_request') ? {} : { issues: [issue(payload)] }),
  issue_comment: (payload) => ({
    issues: [issue({ ...payload, action: 'commented' })],
    comments: [comment(payload, 'issue', { number: read(payload, 'issue.number'), commit_sha: null })],
  }),
  commit_comment: (payload) => ({
    comments: [comment(payload, 'commit', { number: null, commit_sha: read(payload, 'comment.commit_id') })],
  }),
  release: (payload) => ({
    releases: [
      {
        release_id: read(payload, 'release.id'),
        observed: {
          tag_name: read(payload, 'release.tag_name'),
          draft: read(payload, 'release.draft'),
          prerelease: read(payload, 'release.prerelease'),
          author_id: read(payload, 'release.author.id'),
          created_at: time(payload, 'release.created_at'),
          published_at: time(payload, 'release.published_at'),
        },
        ...(read(payload, 'action') === 'deleted' && { deleted_at: RECEIVED_AT }),
      },
    ],
  }),
  deployment: (payload) => ({ deployments: [deployment(payload)] }),
  deployment_status: (payload) => ({
    deployments: [deployment(payload)],
    deployment_statuses: [
      {
        deployment_id: read(payload, 'deployment.id'),
        deployment_status_id: read(payload, 'deployment_status.id'),
        observed: {
          state: read(payload, 'deployment_status.state'),
          environment: read(payload, 'deployment_status.environment') ?? null,
          created_at: time(payload, 'deployment_status.created_at'),
        },
      },
    ],
  }),
  workflow_run: (payload) => ({
    workflow_runs: [
      {
        workflow_run_id: read(payload, 'workflow_run.id'),
        observed: {
          run_attempt: read(payload, 'workflow_run.run_attempt'),
          head_sha: read(payload, 'workflow_run.head_sha'),
          status: read(payload, 'workflow_run.status'),
          conclusion: read(payload, 'workflow_run.conclusion'),
          started_at: time(payload, 'workflow_run.run_started_at'),
          updated_at: time(payload, 'workflow_run.updated_at'),
        },
      },
    ],
  }),
  check_run: (payload) => ({
    check_runs: [
      {
        check_run_id: read(payload, 'check_run.id'),
        observed: { status: read(payload, 'check_run.status'), head_sha: read(payload, 'check_run.head_sha') },
      },
    ],
  }),
};

const commit = (one: unknown) => ({
  sha: read(one, 'id'),
  observed: {
    message_headline: String(read(one, 'message')).split('\n')[0],
    author_email: String(read(one, 'author.email')).toLowerCase(),
    committed_at: time(one, 'timestamp'),
  },
});

function pullRequest(payload: Json) {
  const merged = read(payload, 'pull_request.merged_at') != null;
  return {
    repository_id: repositoryId(payload),
    number: read(payload, 'pull_request.number'),
    observed: {
      at: time(payload, 'pull_request.updated_at'),
      pull_request_id: read(payload, 'pull_request.id'),
      title: read(payload, 'pull_request.title'),
      state: merged ? 'merged' : read(payload, 'pull_request.state'),
      draft: read(payload, 'pull_request.draft'),
      author_id: read(payload, 'pull_request.user.id'),
      head_sha: read(payload, 'pull_request.head.sha'),
      base_ref: read(payload, 'pull_request.base.ref'),
      created_at: time(payload, 'pull_request.created_at'),
      closed_at: time(payload, 'pull_request.closed_at'),
    },
  };
}

function issue(payload: Json) {
  const gone = ['deleted', 'transferred'].includes(String(read(payload, 'action')));
  return {
    repository_id: repositoryId(payload),
    number: read(payload, 'issue.number'),
    observed: {
      issue_id: read(payload, 'issue.id'),
      title: read(payload, 'issue.title'),
      state: read(payload, 'issue.state'),
      author_id: read(payload, 'issue.user.id'),
      labels: list(payload, 'issue.labels').map((label) => read(label, 'name')),
      created_at: time(payload, 'issue.created_at'),
      closed_at: time(payload, 'issue.closed_at'),
    },
    ...(gone && { deleted_at: RECEIVED_AT }),
  };
}

function comment(payload: Json, kind: string, place: object) {
  return {
    kind,
    comment_id: read(payload, 'comment.id'),
    observed: {
      author_id: read(payload, 'comment.user.id'),
      created_at: time(payload, 'comment.created_at'),
      ...place,
    },
    ...(read(payload, 'action') === 'deleted' && { deleted_at: RECEIVED_AT }),
  };
}

function deployment(payload: Json) {
  return {
    deployment_id: read(payload, 'deployment.id'),
    observed: {
      at: time(payload, 'deployment.updated_at'),
      sha: read(payload, 'deployment.sha'),
      ref: read(payload, 'deployment.ref'),
      environment: read(payload, 'deployment.environment'),
      creator_id: read(payload, 'deployment.creator.id'),
      created_at: time(payload, 'deployment.created_at'),
    },
  };
}

/** Whether it is ready is a fact of its own beside the pull request's. */
function withReadiness(payload: Json, fact: object): object[] {
  const says = ['opened', 'ready_for_review', 'converted_to_draft'].includes(String(read(payload, 'action')));
  return says ? [fact, { readied: {} }] : [fact];
}
