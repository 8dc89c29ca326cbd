import type { FactTable } from './fact-table.ts';

export const customRepositoryRoles = {
  name: 'custom_repository_roles',
  key: { role_id: 'bigint' },
  groups: { observed: { name: 'text', base_role: 'text', removed_at: 'timestamptz?' } },
} as const satisfies FactTable;
