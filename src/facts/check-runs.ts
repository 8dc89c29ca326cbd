import type { FactOf, FactTable } from './fact-table.ts';

/** Shiplog's own check runs. */
export const checkRuns = {
  name: 'check_runs',
  key: { repository_id: 'bigint', check_run_id: 'bigint' },
  groups: {
    observed: {
      name: 'text',
      external_id: 'text?',
      head_sha: 'text',
      status: 'text',
      conclusion: 'text?',
      started_at: 'timestamptz?',
      completed_at: 'timestamptz?',
    },
  },
} as const satisfies FactTable;
export type CheckRunFact = FactOf<typeof checkRuns>;
