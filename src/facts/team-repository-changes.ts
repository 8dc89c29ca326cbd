import type { FactOf, FactTable } from './fact-table.ts';

/** One row a change; a `permission` of `none` is no grant, a `previous` of null is not known. */
export const teamRepositoryChanges = {
  name: 'team_repository_changes',
  key: { team_id: 'bigint', repository_id: 'bigint', changed_at: 'timestamptz' },
  groups: { observed: { permission: 'text', previous: 'text?' } },
} as const satisfies FactTable;
type TeamRepositoryChangeFact = FactOf<typeof teamRepositoryChanges>;

export interface TeamRepositoryChange {
  readonly team_id: number;
  readonly repository_id: number;
  readonly permission: string;
  readonly previous: string | null;
}

export function teamRepositoryChange(change: TeamRepositoryChange, at: string): TeamRepositoryChangeFact {
  const { team_id, repository_id, permission, previous } = change;
  return { team_id, repository_id, changed_at: at, observed: { at, permission, previous } };
}
