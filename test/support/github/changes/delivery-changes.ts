import { deploymentJson, releaseJson, statusJson, workflowJson, workflowRunJson } from '../rest/delivery-json.ts';
import type { Person } from '../truth/person.ts';
import type { Repository } from '../truth/repository.ts';
import type { Deployment, DeploymentStatus, Release, WorkflowRun } from '../truth/work.ts';
import type { GitChanges } from './git-changes.ts';
import type { World } from './world.ts';

export interface DeploymentFields {
  readonly sha?: string;
  readonly environment?: string;
  readonly creator?: Person;
  /** Those that it goes through; in_progress and success unless given. */
  readonly states?: readonly DeploymentStatus['state'][];
}

/** Releases, deployments and workflow runs. */
export class DeliveryChanges {
  readonly #world: World;
  readonly #git: GitChanges;

  constructor(world: World, git: GitChanges) {
    this.#world = world;
    this.#git = git;
  }

  /** With a tag of its own at the head of the default branch. */
  async release(repository: Repository, tagName: string, { prerelease = false } = {}): Promise<Release> {
    const sender = this.#world.sender(this.#world.truth.organizationOf(repository));
    const sha = repository.branches.get(repository.defaultBranch) ?? '';
    await this.#git.createTag(repository, { name: tagName, sha, sender });
    const publishedAt = this.#world.tick();
    const release: Release = {
      id: this.#world.truth.nextId(),
      tagName,
      name: tagName,
      author: sender,
      draft: false,
      prerelease,
      targetCommitish: repository.defaultBranch,
      createdAt: repository.commit(sha).committer.at,
      publishedAt,
      updatedAt: publishedAt,
    };
    repository.releases.push(release);
    await this.#tellOfRelease(repository, release, 'published');
    return release;
  }

  async deleteRelease(repository: Repository, release: Release): Promise<void> {
    repository.releases.splice(repository.releases.indexOf(release), 1);
    await this.#tellOfRelease(repository, release, 'deleted');
  }

  async deploy(repository: Repository, fields: DeploymentFields = {}): Promise<Deployment> {
    const { environment = 'production', states = ['in_progress', 'success'] } = fields;
    const creator = this.#world.sender(this.#world.truth.organizationOf(repository), fields.creator);
    const createdAt = this.#world.tick();
    const deployment: Deployment = {
      id: this.#world.truth.nextId(),
      sha: fields.sha ?? repository.branches.get(repository.defaultBranch) ?? '',
      ref: repository.defaultBranch,
      environment,
      production: environment === 'production',
      creator,
      createdAt,
      updatedAt: createdAt,
      statuses: [],
    };
    repository.deployments.push(deployment);
    await this.#world.tellOfRepository(repository, {
      event: 'deployment',
      sender: creator,
      payload: {
        action: 'created',
        deployment: deploymentJson(repository, deployment),
        workflow: null,
        workflow_run: null,
      },
    });
    for (const state of states) await this.setStatus(repository, deployment, state);
    return deployment;
  }

  /** GitHub does not tell of `inactive`. */
  async setStatus(repository: Repository, deployment: Deployment, state: DeploymentStatus['state']): Promise<void> {
    const createdAt = this.#world.tick();
    const status = { id: this.#world.truth.nextId(), state, creator: deployment.creator, createdAt };
    deployment.statuses.push(status);
    deployment.updatedAt = createdAt;
    if (state === 'inactive') return;
    await this.#world.tellOfRepository(repository, {
      event: 'deployment_status',
      sender: deployment.creator,
      payload: {
        action: 'created',
        deployment_status: statusJson(repository, deployment, status),
        deployment: deploymentJson(repository, deployment),
        check_run: null,
        workflow: null,
        workflow_run: null,
      },
    });
  }

  /** From its request to its end. */
  async runWorkflow(repository: Repository, { conclusion = 'success' } = {}): Promise<WorkflowRun> {
    const workflow = repository.workflows[0] ?? {
      id: this.#world.truth.nextId(),
      name: 'Deploy',
      path: '.github/workflows/deploy.yml',
      createdAt: repository.createdAt,
    };
    if (repository.workflows.length === 0) repository.workflows.push(workflow);
    const createdAt = this.#world.tick();
    const run: WorkflowRun = {
      id: this.#world.truth.nextId(),
      workflowId: workflow.id,
      runNumber: repository.workflowRuns.length + 1,
      attempt: 1,
      name: workflow.name,
      path: workflow.path,
      trigger: 'push',
      headBranch: repository.defaultBranch,
      headSha: repository.branches.get(repository.defaultBranch) ?? '',
      actor: this.#world.sender(this.#world.truth.organizationOf(repository)),
      status: 'queued',
      conclusion: null,
      createdAt,
      startedAt: createdAt,
      updatedAt: createdAt,
    };
    repository.workflowRuns.push(run);
    await this.#tellOfRun(repository, run, 'requested');
    Object.assign(run, { status: 'completed', conclusion, updatedAt: this.#world.tick() });
    await this.#tellOfRun(repository, run, 'completed');
    return run;
  }

  async #tellOfRelease(repository: Repository, release: Release, action: string): Promise<void> {
    await this.#world.tellOfRepository(repository, {
      event: 'release',
      sender: release.author,
      payload: { action, release: releaseJson(repository, release) },
    });
  }

  async #tellOfRun(repository: Repository, run: WorkflowRun, action: string): Promise<void> {
    const workflow = repository.workflows.find(({ id }) => id === run.workflowId);
    await this.#world.tellOfRepository(repository, {
      event: 'workflow_run',
      sender: run.actor,
      payload: {
        action,
        workflow: workflow ? workflowJson(repository, workflow) : null,
        workflow_run: workflowRunJson(repository, run),
      },
    });
  }
}
