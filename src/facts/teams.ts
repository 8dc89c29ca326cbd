import type { FactOf, FactTable } from './fact-table.ts';

export const teams = {
  name: 'teams',
  key: { team_id: 'bigint' },
  groups: { observed: { slug: 'text', name: 'text', parent_id: 'bigint?', removed_at: 'timestamptz?' } },
} as const satisfies FactTable;
export type TeamFact = FactOf<typeof teams>;
