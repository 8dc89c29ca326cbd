import type { Person } from './person.ts';
import type { SampleRequest } from './sample-history.ts';
import type { Commit, DeploymentStatus } from './work.ts';

const MINUTE = 60_000;

/** Releases with their tags, deployments and workflow runs, spread over the default branch. */
export function writeDeliveries(request: Omit<SampleRequest, 'from' | 'until'>): void {
  const { repository, size } = request;
  const tip = repository.branches.get(repository.defaultBranch);
  const history = tip === undefined ? [] : repository.history(tip).toReversed();
  const spread = (count: number) =>
    Array.from({ length: count }, (_, index) => history[Math.floor(((index + 1) * history.length) / (count + 1))]);
  for (const [index, commit] of spread(size.releases ?? 4).entries()) if (commit) release(request, { commit, index });
  for (const [index, commit] of spread(size.deployments ?? 10).entries())
    if (commit) deploy(request, { commit, index });
  for (const [index, commit] of spread(size.workflowRuns ?? 6).entries())
    if (commit) runWorkflow(request, { commit, index });
}

interface Place {
  readonly commit: Commit;
  readonly index: number;
}

type Request = Omit<SampleRequest, 'from' | 'until'>;

function release({ truth, repository, random, people }: Request, { commit, index }: Place): void {
  const tagName = `v1.${index}.0`;
  const createdAt = commit.committer.at;
  const publishedAt = later(createdAt, 5);
  repository.tags.push({ name: tagName, sha: commit.sha });
  repository.releases.push({
    id: truth.nextId(),
    tagName,
    name: index % 3 === 2 ? null : `Release ${index + 1}`,
    author: random.pick(people),
    draft: false,
    prerelease: index % 4 === 3,
    targetCommitish: repository.defaultBranch,
    createdAt,
    publishedAt,
    updatedAt: publishedAt,
  });
}

function deploy({ truth, repository, random, people }: Request, { commit, index }: Place): void {
  const creator = random.pick(people);
  const createdAt = later(commit.committer.at, 10);
  const states = (['queued', 'in_progress', index % 5 === 4 ? 'failure' : 'success'] as const).map(
    (state, place): DeploymentStatus =>
      status(truth.nextId(), { state, creator, createdAt: later(createdAt, place + 1) }),
  );
  repository.deployments.push({
    id: truth.nextId(),
    sha: commit.sha,
    ref: repository.defaultBranch,
    environment: index % 3 === 0 ? 'staging' : 'production',
    production: index % 3 !== 0,
    creator,
    createdAt,
    updatedAt: states.at(-1)?.createdAt ?? createdAt,
    statuses: states,
  });
}

function status(id: number, rest: Omit<DeploymentStatus, 'id'>): DeploymentStatus {
  return { id, ...rest };
}

function runWorkflow({ truth, repository, random, people }: Request, { commit, index }: Place): void {
  const workflow = repository.workflows[0] ?? {
    id: truth.nextId(),
    name: 'Deploy',
    path: '.github/workflows/deploy.yml',
    createdAt: repository.createdAt,
  };
  if (repository.workflows.length === 0) repository.workflows.push(workflow);
  const actor: Person = random.pick(people);
  const createdAt = later(commit.committer.at, 1);
  repository.workflowRuns.push({
    id: truth.nextId(),
    workflowId: workflow.id,
    runNumber: index + 1,
    attempt: 1,
    name: workflow.name,
    path: workflow.path,
    trigger: 'push',
    headBranch: repository.defaultBranch,
    headSha: commit.sha,
    actor,
    status: 'completed',
    conclusion: index % 4 === 3 ? 'failure' : 'success',
    createdAt,
    startedAt: createdAt,
    updatedAt: later(createdAt, 3),
  });
}

function later(at: string, minutes: number): string {
  return new Date(Date.parse(at) + minutes * MINUTE).toISOString().replace('.000Z', 'Z');
}
