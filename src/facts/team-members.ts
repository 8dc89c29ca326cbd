import type { FactTable } from './fact-table.ts';

export const teamMembers = {
  name: 'team_members',
  key: { team_id: 'bigint', user_id: 'bigint' },
  groups: { observed: { role: 'text?', removed_at: 'timestamptz?' } },
} as const satisfies FactTable;
