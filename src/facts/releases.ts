import type { FactOf, FactTable } from './fact-table.ts';

export const releases = {
  name: 'releases',
  key: { repository_id: 'bigint', release_id: 'bigint' },
  groups: {
    observed: {
      tag_name: 'text',
      name: 'text?',
      draft: 'boolean',
      prerelease: 'boolean',
      author_id: 'bigint?',
      target_commitish: 'text',
      created_at: 'timestamptz',
      published_at: 'timestamptz?',
    },
  },
  once: { deleted_at: 'timestamptz' },
} as const satisfies FactTable;
export type ReleaseFact = FactOf<typeof releases>;
