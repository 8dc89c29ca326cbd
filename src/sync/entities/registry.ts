import { CloneReader } from '../clone-reader.ts';
import type { Entity, EntityName } from '../entity.ts';
import { branches } from './branches.ts';
import { type CommitsDeps, createCommits } from './commits.ts';
import { deployments } from './deployments.ts';
import { issues } from './issues.ts';
import { pullRequests } from './pull-requests.ts';
import { releases } from './releases.ts';
import { repository } from './repository.ts';
import { reviewComments } from './review-comments.ts';
import { createWorkflowRuns, type IsWorkflowSource } from './workflow-runs.ts';

export interface EntitiesOptions {
  readonly github: CommitsDeps['github'];
  /** Where clones of large histories are kept while they are read. */
  readonly cloneDirectory: string;
  /** From how many commits on a history comes from a clone. */
  readonly cloneFromCommits: number;
  readonly isWorkflowSource: IsWorkflowSource;
}

/** Everything that is synced of a repository, and what is open for it. */
export interface Entities {
  readonly all: readonly Entity[];
  /** Ends what git runs. */
  stop(): Promise<void>;
}

export function openEntities({
  github,
  cloneDirectory,
  cloneFromCommits,
  isWorkflowSource,
}: EntitiesOptions): Entities {
  const clones = new CloneReader(cloneDirectory);
  const byName: Readonly<Record<EntityName, Entity>> = {
    repository,
    branches,
    commits: createCommits({ github, clones, cloneFromCommits }),
    pull_requests: pullRequests,
    review_comments: reviewComments,
    issues,
    releases,
    deployments,
    workflow_runs: createWorkflowRuns(isWorkflowSource),
  };
  return { all: Object.values(byName), stop: () => clones.stop() };
}
