import type { FactOf, FactTable } from './fact-table.ts';

export const teamRepositories = {
  name: 'team_repositories',
  key: { team_id: 'bigint', repository_id: 'bigint' },
  groups: { observed: { permission: 'text?', removed_at: 'timestamptz?' } },
} as const satisfies FactTable;
export type TeamRepositoryFact = FactOf<typeof teamRepositories>;
