import type { FactOf, FactTable } from './fact-table.ts';

/** `role` is GitHub's: `owner` or `member`. Who is what in Shiplog is in `members`, which no fact writes. */
export const organizationMembers = {
  name: 'organization_members',
  key: { user_id: 'bigint' },
  groups: { observed: { role: 'text', removed_at: 'timestamptz?' } },
} as const satisfies FactTable;
export type OrganizationMemberFact = FactOf<typeof organizationMembers>;
