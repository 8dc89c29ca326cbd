import type { Facts } from '../../src/facts/facts.ts';
import { pullRequestCommitFacts } from '../../src/facts/pull-request-commits.ts';
import { commitFacts } from '../../src/sync/commit-facts.ts';
import type { SourceCommit } from '../../src/sync/commit-source.ts';
import { repositoryFact, SEEN_AT } from './api.ts';
import { accountOf, emailOf, type Golden, goldenRepository } from './golden.ts';
import { sha } from './payloads.ts';
import { contributorFact, deploymentFact, issueFact, pullFact, reviewFact, statusFact } from './sample-facts.ts';

const repository_id = goldenRepository.id;
const utc = (time: string) => new Date(time).toISOString();

/** What webhooks leave out: parents and exact times of commits, and the commits of pull requests. */
export function detailFacts(golden: Golden): Facts[] {
  return [
    ...sourceCommits(golden).map((commit) => commitFacts([commit], { repositoryId: repository_id, seenAt: SEEN_AT })),
    ...golden.pulls.map(({ number, commits, created_at, merged_at }) =>
      pullRequestCommitFacts({
        repository_id,
        number,
        shas: commits.map((commit) => sha(commit.sha)),
        at: utc(merged_at ?? created_at),
      }),
    ),
  ];
}

function sourceCommits({ commits, pulls }: Golden): SourceCommit[] {
  const ofBranches = pulls.flatMap(({ author, commits: listed }) =>
    listed
      .filter((one) => !commits.some((commit) => commit.sha === one.sha))
      .map((one) => ({
        sha: one.sha,
        parents: [],
        authored_at: one.authored_at,
        committed_at: one.authored_at,
        author,
      })),
  );
  return [...commits, ...ofBranches].map((commit) => {
    const { id, login, type } = accountOf(commit.author);
    const person = { name: login, email: emailOf(login), user: { id, login, type } };
    return {
      sha: sha(commit.sha),
      parents: commit.parents.map(sha),
      author: person,
      committer: person,
      authored_at: utc(commit.authored_at),
      committed_at: utc(commit.committed_at),
      message: `Commit ${commit.sha}`,
      additions: 1,
      deletions: 0,
      changed_files: 1,
    };
  });
}

/** The example as facts, one by one, as an API page might tell them. */
export function goldenFacts(golden: Golden): Facts[] {
  const people = new Set([...golden.commits, ...golden.pulls].map(({ author }) => author));
  for (const { reviews } of golden.pulls) for (const { author } of reviews) people.add(author);
  return [
    repositoryFact(repository_id, golden.repository.full_name),
    { contributors: [...people].map(accountOf).map(({ id, login, type }) => contributorFact(id, login, type)) },
    ...detailFacts(golden),
    ...golden.pulls.map(pullFacts),
    ...golden.issues.map(issueFacts),
    ...golden.deployments.map(deploymentFacts),
  ];
}

function pullFacts(pull: Golden['pulls'][number]): Facts {
  const { number, title, body, labels, head_ref, created_at, merged_at, ready_at } = pull;
  const observed = pullFact(repository_id, number, {
    title,
    body,
    labels,
    head_ref,
    state: merged_at ? 'merged' : 'open',
    author_id: accountOf(pull.author).id,
    created_at: utc(created_at),
    merged_at: merged_at ? utc(merged_at) : null,
    merge_commit_sha: pull.merge_sha ? sha(pull.merge_sha) : null,
  });
  const ready = utc(ready_at ?? created_at);
  return {
    pull_requests: [{ ...observed, readied: { at: ready, ready_at: ready } }],
    reviews: pull.reviews.map(({ author, state, submitted_at }, index) =>
      reviewFact(repository_id, number * 100 + index + 1, {
        number,
        state,
        author_id: accountOf(author).id,
        submitted_at: utc(submitted_at),
      }),
    ),
  };
}

function issueFacts({ number, title, body, labels, created_at, closed_at }: Golden['issues'][number]): Facts {
  const state = closed_at === null ? 'open' : 'closed';
  const closed = closed_at === null ? null : utc(closed_at);
  const times = { created_at: utc(created_at), closed_at: closed };
  return { issues: [issueFact(repository_id, number, { title, body, labels, state, ...times })] };
}

function deploymentFacts(deployment: Golden['deployments'][number]): Facts {
  const { id, environment, production_environment = null, statuses } = deployment;
  const created_at = utc(statuses[0]?.at ?? SEEN_AT);
  const fact = { sha: sha(deployment.sha), environment, production_environment, created_at };
  return {
    deployments: [deploymentFact(repository_id, id, fact)],
    deployment_statuses: statuses.map(({ state, at }, index) =>
      statusFact(repository_id, id, { id: id * 100 + index, state, created_at: utc(at) }),
    ),
  };
}
