import type { FactOf, FactTable } from './fact-table.ts';

/** The latest attempt of a run. */
export const workflowRuns = {
  name: 'workflow_runs',
  key: { repository_id: 'bigint', workflow_run_id: 'bigint' },
  groups: {
    observed: {
      run_attempt: 'integer',
      name: 'text?',
      path: 'text?',
      event: 'text',
      head_branch: 'text?',
      head_sha: 'text',
      status: 'text?',
      conclusion: 'text?',
      actor_id: 'bigint?',
      created_at: 'timestamptz',
      started_at: 'timestamptz?',
      updated_at: 'timestamptz',
    },
  },
} as const satisfies FactTable;
export type WorkflowRunFact = FactOf<typeof workflowRuns>;
