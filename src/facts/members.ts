import type { FactTable } from './fact-table.ts';

export const members = {
  name: 'members',
  key: { user_id: 'bigint' },
  groups: { observed: { role: 'text', source: 'text', removed_at: 'timestamptz?' } },
} as const satisfies FactTable;
