import type { FactOf, FactTable } from './fact-table.ts';

export const repositoryCollaborators = {
  name: 'repository_collaborators',
  key: { repository_id: 'bigint', user_id: 'bigint' },
  groups: { observed: { permission: 'text?', removed_at: 'timestamptz?' } },
} as const satisfies FactTable;
export type RepositoryCollaboratorFact = FactOf<typeof repositoryCollaborators>;
