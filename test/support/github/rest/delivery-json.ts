import {
  deploymentPayload,
  deploymentStatusPayload,
  releasePayload,
  workflowRunPayload,
} from '../../delivery-payloads.ts';
import { type Json, objectOf } from '../../example-payloads.ts';
import { nodeId } from '../node-id.ts';
import { repositoryOptions } from '../payload-options.ts';
import type { Repository, Workflow } from '../truth/repository.ts';
import type { Deployment, DeploymentStatus, Release, WorkflowRun } from '../truth/work.ts';
import { personJson, repositoryJson } from './json.ts';

export function releaseJson(repository: Repository, release: Release): Json {
  const { author, ...rest } = release;
  const payload = releasePayload({ release: rest, repository: repositoryOptions(repository) });
  return {
    ...objectOf(payload, 'release'),
    node_id: nodeId('RE', repository.id, release.id),
    author: personJson(author),
    published_at: release.publishedAt,
  };
}

export function deploymentJson(repository: Repository, deployment: Deployment): Json {
  const { creator, ...rest } = deployment;
  const payload = deploymentPayload({ deployment: rest, repository: repositoryOptions(repository) });
  const url = `https://api.github.com/repos/${repository.fullName}/deployments/${deployment.id}`;
  return {
    ...objectOf(payload, 'deployment'),
    node_id: nodeId('DE', repository.id, deployment.id),
    url,
    statuses_url: `${url}/statuses`,
    creator: personJson(creator),
  };
}

export function statusJson(repository: Repository, deployment: Deployment, status: DeploymentStatus): Json {
  const { id, createdAt } = status;
  const payload = deploymentStatusPayload({
    status: { id, createdAt },
    deployment: { environment: deployment.environment },
  });
  const url = `https://api.github.com/repos/${repository.fullName}/deployments/${deployment.id}`;
  return {
    ...objectOf(payload, 'deployment_status'),
    node_id: nodeId('DES', repository.id, id),
    state: status.state,
    url: `${url}/statuses/${id}`,
    deployment_url: url,
    repository_url: `https://api.github.com/repos/${repository.fullName}`,
    creator: personJson(status.creator),
  };
}

export function workflowJson(repository: Repository, workflow: Workflow): Json {
  const { id, name, path, createdAt } = workflow;
  const url = `https://api.github.com/repos/${repository.fullName}/actions/workflows/${id}`;
  const html = `https://github.com/${repository.fullName}`;
  return {
    id,
    node_id: nodeId('W', repository.id, id),
    name,
    path,
    state: 'active',
    created_at: createdAt,
    updated_at: createdAt,
    url,
    html_url: `${html}/blob/${repository.defaultBranch}/${path}`,
    badge_url: `${html}/workflows/${name}/badge.svg`,
  };
}

export function workflowRunJson(repository: Repository, run: WorkflowRun): Json {
  const { createdAt, updatedAt, headBranch, headSha, trigger, name, path, attempt, conclusion, id } = run;
  const payload = workflowRunPayload({
    run: { id, createdAt, updatedAt, headBranch, headSha, trigger, name, path, attempt, conclusion },
    repository: repositoryOptions(repository),
  });
  return {
    ...objectOf(payload, 'workflow_run'),
    node_id: nodeId('WFR', repository.id, id),
    workflow_id: run.workflowId,
    run_number: run.runNumber,
    status: run.status,
    run_started_at: run.startedAt,
    actor: personJson(run.actor),
    triggering_actor: personJson(run.actor),
    repository: repositoryJson(repository),
    head_repository: repositoryJson(repository),
  };
}
