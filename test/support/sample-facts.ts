import type { FactOf } from '../../src/facts/fact-table.ts';
import type { factTables } from '../../src/facts/facts.ts';
import { SEEN_AT } from './api.ts';

type Observed<T extends keyof typeof factTables> =
  FactOf<(typeof factTables)[T]> extends { observed?: infer O } ? Partial<NonNullable<O>> : never;

const at = SEEN_AT;
const created_at = SEEN_AT;

export function commitFact(repository_id: number, sha: string, observed: Observed<'commits'> = {}) {
  return {
    repository_id,
    sha,
    observed: {
      at,
      message_headline: `Commit ${sha}`,
      author_name: 'Ann',
      author_email: 'ann@acme.example',
      committer_name: 'Ann',
      committer_email: 'ann@acme.example',
      co_authors: [],
      authored_at: at,
      committed_at: at,
      ...observed,
    },
  };
}

/** With the branch that is its default, seen at `at`. */
export function defaultBranchFact(repository_id: number, { default_branch = 'main', at: seenAt = at } = {}) {
  const observed = { default_branch, archived: false, fork: false, language: null, created_at, pushed_at: at };
  return { repositories: [{ repository_id, observed: { at: seenAt, ...observed } }] };
}

export function pullFact(repository_id: number, number: number, observed: Observed<'pull_requests'> = {}) {
  return {
    repository_id,
    number,
    observed: {
      at,
      pull_request_id: 1_000 + number,
      title: `Pull ${number}`,
      body: null,
      state: 'open',
      draft: false,
      fork: false,
      author_id: null,
      head_ref: 'topic',
      head_sha: 'b',
      base_ref: 'main',
      base_sha: 'a',
      merge_commit_sha: null,
      labels: [],
      created_at,
      merged_at: null,
      closed_at: null,
      ...observed,
    },
  };
}

export function reviewFact(repository_id: number, review_id: number, observed: Observed<'reviews'> = {}) {
  return {
    repository_id,
    review_id,
    observed: {
      at,
      number: 1,
      author_id: null,
      state: 'approved',
      commit_sha: null,
      submitted_at: at,
      ...observed,
    },
  };
}

export function issueFact(repository_id: number, number: number, observed: Observed<'issues'> = {}) {
  return {
    repository_id,
    number,
    observed: {
      at,
      issue_id: 2_000 + number,
      title: `Issue ${number}`,
      body: null,
      state: 'open',
      state_reason: null,
      author_id: null,
      labels: [],
      created_at,
      closed_at: null,
      ...observed,
    },
  };
}

export function releaseFact(repository_id: number, release_id: number, observed: Observed<'releases'> = {}) {
  return {
    repository_id,
    release_id,
    observed: {
      at,
      tag_name: `v${release_id}`,
      name: null,
      draft: false,
      prerelease: false,
      author_id: null,
      target_commitish: 'main',
      created_at,
      published_at: at,
      ...observed,
    },
  };
}

export function deploymentFact(repository_id: number, deployment_id: number, observed: Observed<'deployments'> = {}) {
  return {
    repository_id,
    deployment_id,
    observed: {
      at,
      sha: 'a',
      ref: 'main',
      task: null,
      environment: 'production',
      production_environment: null,
      reported_id: null,
      transient_environment: null,
      creator_id: null,
      created_at,
      ...observed,
    },
  };
}

export function statusFact(
  repository_id: number,
  deployment_id: number,
  status: { id: number; state: string; created_at: string },
) {
  return {
    repository_id,
    deployment_id,
    deployment_status_id: status.id,
    observed: { at, state: status.state, environment: null, creator_id: null, created_at: status.created_at },
  };
}

export function contributorFact(contributor_id: number, login: string, type = 'User') {
  return { contributor_id, observed: { at, login, name: null, type } };
}

export function emailFact(email: string, name: string, user?: { login: string; user_id: number }) {
  return { email, named: { at, name }, ...(user && { linked: { at, ...user } }) };
}
