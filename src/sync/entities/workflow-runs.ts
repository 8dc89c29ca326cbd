import { z } from 'zod';
import { contributorFacts } from '../../events/payload-user.ts';
import { workflowRun, workflowRunFact } from '../../events/workflow-run.ts';
import type { Entity, Page, PageRequest } from '../entity.ts';
import { latestChange, restListPage } from './rest-list.ts';

/** Whether a repository's workflow runs are deployments; only then are they worth their requests. */
export type IsWorkflowSource = (repository: {
  readonly tenantId: number;
  readonly repositoryId: number;
}) => Promise<boolean>;

const NOTHING: Page = { facts: [], cursor: null, items: 0, total: 0, oldest: null };

export function createWorkflowRuns(isWorkflowSource: IsWorkflowSource): Entity {
  return {
    name: 'workflow_runs',
    permission: 'actions',
    async readPage(request) {
      const { tenantId } = request.installation;
      const isSource = await isWorkflowSource({ tenantId, repositoryId: request.repository.id });
      return isSource ? readPage(request) : NOTHING;
    },
  };
}

async function readPage(request: PageRequest): Promise<Page> {
  const { github, repository } = request;
  const seenAt = new Date().toISOString();
  const { parameters, next } = restListPage(request);
  const { total_count, workflow_runs: runs } = await github.rest({
    route: 'GET /repos/{owner}/{repo}/actions/runs',
    parameters,
    data: z.object({ total_count: z.int(), workflow_runs: z.array(workflowRun) }),
  });
  const people = runs.flatMap(({ actor, triggering_actor }) => [actor, triggering_actor]);
  return {
    facts: [
      contributorFacts({ receivedAt: seenAt }, people),
      { workflow_runs: runs.map((run) => workflowRunFact(repository.id, run)) },
    ],
    cursor: next(runs.length),
    items: runs.length,
    total: total_count,
    oldest: latestChange(runs),
  };
}
