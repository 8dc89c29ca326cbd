import type { FactOf, FactTable } from './fact-table.ts';

/** `named` is all that an installation's list tells; `installed` says whether the app may see the repository. */
export const repositories = {
  name: 'repositories',
  key: { repository_id: 'bigint' },
  groups: {
    named: { full_name: 'text', private: 'boolean' },
    observed: {
      default_branch: 'text',
      archived: 'boolean',
      fork: 'boolean',
      language: 'text?',
      created_at: 'timestamptz?',
      pushed_at: 'timestamptz?',
    },
    installed: { installed: 'boolean' },
  },
  once: { deleted_at: 'timestamptz' },
} as const satisfies FactTable;
export type RepositoryFact = FactOf<typeof repositories>;
