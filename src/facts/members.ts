import type { FactOf, FactTable } from './fact-table.ts';

export const members = {
  name: 'members',
  key: { user_id: 'bigint' },
  groups: { observed: { role: 'text', source: 'text', removed_at: 'timestamptz?' } },
} as const satisfies FactTable;
export type MemberFact = FactOf<typeof members>;
