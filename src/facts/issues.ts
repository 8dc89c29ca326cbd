import type { FactOf, FactTable } from './fact-table.ts';

export const issues = {
  name: 'issues',
  key: { repository_id: 'bigint', number: 'integer' },
  groups: {
    observed: {
      issue_id: 'bigint',
      title: 'text',
      body: 'text?',
      state: 'text',
      state_reason: 'text?',
      author_id: 'bigint?',
      labels: 'text[]',
      created_at: 'timestamptz',
      closed_at: 'timestamptz?',
    },
  },
  once: { deleted_at: 'timestamptz' },
} as const satisfies FactTable;
export type IssueFact = FactOf<typeof issues>;
