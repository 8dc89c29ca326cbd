import type { FactOf, FactTable } from './fact-table.ts';

/** An email seen in a commit. `linked` only where GitHub itself named the account: a name alone links nobody. */
export const contributorEmails = {
  name: 'contributor_emails',
  key: { email: 'text' },
  groups: {
    named: { name: 'text?' },
    linked: { login: 'text?', user_id: 'bigint?' },
  },
} as const satisfies FactTable;
export type ContributorEmailFact = FactOf<typeof contributorEmails>;
