import type { FactOf, FactTable } from './fact-table.ts';

/** `kind` is `issue` (also on a pull request), `review` (on a line of its diff) or `commit`. Bodies are not kept. */
export const comments = {
  name: 'comments',
  key: { repository_id: 'bigint', kind: 'text', comment_id: 'bigint' },
  groups: {
    observed: {
      number: 'integer?',
      commit_sha: 'text?',
      review_id: 'bigint?',
      author_id: 'bigint?',
      created_at: 'timestamptz',
    },
  },
  once: { deleted_at: 'timestamptz' },
} as const satisfies FactTable;
export type CommentFact = FactOf<typeof comments>;
