import type { FactTable } from './fact-table.ts';

export const organizationSettings = {
  name: 'organization_settings',
  key: {},
  groups: { observed: { base_permission: 'text?' } },
} as const satisfies FactTable;
