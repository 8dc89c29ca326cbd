import { examplePayload, type Json, objectOf } from './example-payloads.ts';
import { type Account, ALICE, repositoryEvent, type RepositoryEventOptions, sha, T0, userPayload } from './payloads.ts';

export interface ReleaseEventOptions extends RepositoryEventOptions {
  readonly action?: string;
  readonly release?: {
    readonly id?: number;
    readonly tagName?: string;
    readonly name?: string | null;
    readonly author?: Account;
    readonly draft?: boolean;
    readonly prerelease?: boolean;
    readonly targetCommitish?: string;
    readonly createdAt?: string;
    readonly publishedAt?: string | null;
    readonly updatedAt?: string;
  };
}

export function releasePayload({ action = 'published', release = {}, ...event }: ReleaseEventOptions = {}): Json {
  const { id = 80_000, tagName = 'v1.0.0', createdAt = T0, publishedAt = createdAt } = release;
  return {
    action,
    release: {
      ...objectOf(examplePayload('release', 3), 'release'),
      id,
      tag_name: tagName,
      name: release.name === undefined ? tagName : release.name,
      author: userPayload(release.author ?? ALICE),
      draft: release.draft ?? false,
      prerelease: release.prerelease ?? false,
      target_commitish: release.targetCommitish ?? 'main',
      created_at: createdAt,
      published_at: publishedAt,
      updated_at: release.updatedAt ?? publishedAt ?? createdAt,
      immutable: false,
    },
    ...repositoryEvent(event),
  };
}

interface DeploymentOptions {
  readonly id?: number;
  readonly sha?: string;
  readonly ref?: string;
  readonly environment?: string;
  readonly production?: boolean;
  readonly creator?: Account;
  readonly createdAt?: string;
  readonly updatedAt?: string;
}

export interface DeploymentEventOptions extends RepositoryEventOptions {
  readonly deployment?: DeploymentOptions;
}

export function deploymentPayload({ deployment = {}, ...event }: DeploymentEventOptions = {}): Json {
  return {
    action: 'created',
    deployment: deploymentOf(deployment),
    workflow: null,
    workflow_run: null,
    ...repositoryEvent(event),
  };
}

function deploymentOf(deployment: DeploymentOptions): Json {
  const { environment = 'production', createdAt = T0 } = deployment;
  return {
    ...objectOf(examplePayload('deployment', 3), 'deployment'),
    id: deployment.id ?? 90_000,
    sha: deployment.sha ?? sha('head'),
    ref: deployment.ref ?? 'main',
    environment,
    original_environment: environment,
    production_environment: deployment.production ?? environment === 'production',
    transient_environment: false,
    creator: userPayload(deployment.creator ?? ALICE),
    created_at: createdAt,
    updated_at: deployment.updatedAt ?? createdAt,
  };
}

export interface DeploymentStatusEventOptions extends DeploymentEventOptions {
  readonly status?: {
    readonly id?: number;
    readonly state?: 'success' | 'failure' | 'error' | 'pending' | 'in_progress' | 'queued' | 'inactive';
    readonly creator?: Account;
    readonly createdAt?: string;
  };
}

export function deploymentStatusPayload(options: DeploymentStatusEventOptions = {}): Json {
  const { deployment = {}, status = {}, ...event } = options;
  const { id = 95_000, state = 'success', createdAt = T0 } = status;
  return {
    action: 'created',
    deployment_status: {
      ...objectOf(examplePayload('deployment_status', 3), 'deployment_status'),
      id,
      state,
      environment: deployment.environment ?? 'production',
      creator: userPayload(status.creator ?? ALICE),
      created_at: createdAt,
      updated_at: createdAt,
    },
    deployment: deploymentOf({ updatedAt: createdAt, ...deployment }),
    check_run: null,
    workflow: null,
    workflow_run: null,
    ...repositoryEvent(event),
  };
}

export interface WorkflowRunEventOptions extends RepositoryEventOptions {
  readonly action?: 'requested' | 'in_progress' | 'completed';
  readonly run?: {
    readonly id?: number;
    readonly attempt?: number;
    readonly name?: string;
    readonly path?: string;
    readonly trigger?: string;
    readonly headBranch?: string;
    readonly headSha?: string;
    readonly conclusion?: string | null;
    readonly createdAt?: string;
    readonly updatedAt?: string;
  };
}

export function workflowRunPayload({ action = 'completed', run = {}, ...event }: WorkflowRunEventOptions = {}): Json {
  const { createdAt = T0, updatedAt = createdAt } = run;
  const conclusion = action === 'completed' ? 'success' : null;
  return {
    action,
    workflow: examplePayload('workflow_run', 3)['workflow'],
    workflow_run: {
      ...objectOf(examplePayload('workflow_run', 3), 'workflow_run'),
      id: run.id ?? 30_000,
      run_attempt: run.attempt ?? 1,
      name: run.name ?? 'Deploy',
      path: run.path ?? '.github/workflows/deploy.yml',
      event: run.trigger ?? 'push',
      head_branch: run.headBranch ?? 'main',
      head_sha: run.headSha ?? sha('head'),
      status: action === 'requested' ? 'queued' : action,
      conclusion: run.conclusion === undefined ? conclusion : run.conclusion,
      created_at: createdAt,
      run_started_at: createdAt,
      updated_at: updatedAt,
    },
    ...repositoryEvent(event),
  };
}
