import type { FactTable } from './fact-table.ts';

export const branches = {
  name: 'branches',
  key: { repository_id: 'bigint', name: 'text' },
  groups: { observed: { head_sha: 'text?', deleted_at: 'timestamptz?' } },
} as const satisfies FactTable;
