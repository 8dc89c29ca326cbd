import type { FactOf, FactTable } from './fact-table.ts';

/** A push tells `observed` with one time for both dates (rank 0); the API and git tell it exactly (rank 1), and `detailed`. */
export const commits = {
  name: 'commits',
  key: { repository_id: 'bigint', sha: 'text' },
  groups: {
    observed: {
      message_headline: 'text',
      author_name: 'text?',
      author_email: 'text?',
      committer_name: 'text?',
      committer_email: 'text?',
      co_authors: 'text[]',
      authored_at: 'timestamptz',
      committed_at: 'timestamptz',
    },
    detailed: { parents: 'text[]', additions: 'integer?', deletions: 'integer?', changed_files: 'integer?' },
  },
} as const satisfies FactTable;
export type CommitFact = FactOf<typeof commits>;

/** A commit never changes, so its sightings are ordered by how exact they are and by nothing else. */
export const COMMIT_SEEN_AT = '1970-01-01T00:00:00.000Z';
