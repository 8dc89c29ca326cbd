import type { FactOf, FactTable } from './fact-table.ts';

export const pullRequests = {
  name: 'pull_requests',
  key: { repository_id: 'bigint', number: 'integer' },
  groups: {
    observed: {
      pull_request_id: 'bigint',
      title: 'text',
      body: 'text?',
      state: 'text',
      draft: 'boolean',
      /** Whether its branch is in another repository. */
      fork: 'boolean?',
      author_id: 'bigint?',
      head_ref: 'text',
      head_sha: 'text',
      base_ref: 'text',
      base_sha: 'text',
      merge_commit_sha: 'text?',
      labels: 'text[]',
      created_at: 'timestamptz',
      merged_at: 'timestamptz?',
      closed_at: 'timestamptz?',
    },
    /** Only in the pull request's own events and in the API. */
    sized: { additions: 'integer', deletions: 'integer', changed_files: 'integer', merged_by_id: 'bigint?' },
    /** Whose review is asked for, and has not come: logins, and slugs of teams. */
    requested: { requested_reviewers: 'text[]', requested_teams: 'text[]' },
    /** `ready_at` is null after a conversion to draft. */
    readied: { ready_at: 'timestamptz?' },
    /** When its commits were listed; the rows are `pull_request_commits`. */
    commits: {},
  },
} as const satisfies FactTable;
export type PullRequestFact = FactOf<typeof pullRequests>;
