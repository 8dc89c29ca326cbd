import type { FactTable } from './fact-table.ts';

/** Which commits came with the push of a head. Of a head that was pushed twice, the later push that brought some. */
export const pushes = {
  name: 'pushes',
  key: { repository_id: 'bigint', head_sha: 'text' },
  groups: { observed: { shas: 'text[]' } },
} as const satisfies FactTable;
