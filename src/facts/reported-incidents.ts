import type { FactTable } from './fact-table.ts';

export const reportedIncidents = {
  name: 'reported_incidents',
  key: { repository_id: 'bigint', reported_id: 'text' },
  groups: {
    observed: {
      title: 'text',
      url: 'text?',
      opened_at: 'timestamptz',
      closed_at: 'timestamptz?',
      names_deployment: 'bigint?',
      names_pull: 'integer?',
      names_sha: 'text?',
    },
  },
} as const satisfies FactTable;
