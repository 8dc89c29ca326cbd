import type { FactTable } from './fact-table.ts';

/** Which accounts were seen under a login, and when last: a push names its authors by login alone, and logins change. */
export const contributorLogins = {
  name: 'contributor_logins',
  key: { login: 'text', contributor_id: 'bigint' },
  groups: { seen: {} },
} as const satisfies FactTable;
