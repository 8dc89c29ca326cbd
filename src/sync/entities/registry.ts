import type { Entity, EntityName } from '../entity.ts';
import { branches } from './branches.ts';
import { commits } from './commits.ts';
import { deployments } from './deployments.ts';
import { issues } from './issues.ts';
import { pullRequests } from './pull-requests.ts';
import { releases } from './releases.ts';
import { repository } from './repository.ts';
import { reviewComments } from './review-comments.ts';
import { createWorkflowRuns, type IsWorkflowSource } from './workflow-runs.ts';

export interface EntityDeps {
  readonly isWorkflowSource: IsWorkflowSource;
}

/** Every entity, by its name. */
export function createEntities({ isWorkflowSource }: EntityDeps): Readonly<Record<EntityName, Entity>> {
  return {
    repository,
    branches,
    commits,
    pull_requests: pullRequests,
    review_comments: reviewComments,
    issues,
    releases,
    deployments,
    workflow_runs: createWorkflowRuns(isWorkflowSource),
  };
}
