import type { FactTable } from './fact-table.ts';

export const reviews = {
  name: 'reviews',
  key: { repository_id: 'bigint', review_id: 'bigint' },
  groups: {
    observed: {
      number: 'integer',
      author_id: 'bigint?',
      state: 'text',
      commit_sha: 'text?',
      submitted_at: 'timestamptz?',
    },
  },
} as const satisfies FactTable;
