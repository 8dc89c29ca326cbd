import type { FactOf, FactTable } from './fact-table.ts';

export const tenants = {
  name: 'tenants',
  key: {},
  groups: { observed: { login: 'text', type: 'text' } },
} as const satisfies FactTable;
export type TenantFact = FactOf<typeof tenants>;
