import type { FactTable } from './fact-table.ts';

/** A GitHub account that did something; `contributor_id` is GitHub's user id. */
export const contributors = {
  name: 'contributors',
  key: { contributor_id: 'bigint' },
  groups: { observed: { login: 'text', name: 'text?', type: 'text' } },
} as const satisfies FactTable;
