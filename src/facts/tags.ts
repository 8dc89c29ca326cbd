import type { FactTable } from './fact-table.ts';

/** `sha` is the object that the ref names: for an annotated tag, the tag's own. */
export const tags = {
  name: 'tags',
  key: { repository_id: 'bigint', name: 'text' },
  groups: { observed: { sha: 'text?', deleted_at: 'timestamptz?' } },
} as const satisfies FactTable;
