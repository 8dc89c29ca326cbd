import type { FactOf, FactTable } from './fact-table.ts';

/** Each listing replaces the one before: write them with `pullRequestCommitFacts`. */
export const pullRequestCommits = {
  name: 'pull_request_commits',
  key: { repository_id: 'bigint', number: 'integer', sha: 'text' },
  groups: { listed: {} },
} as const satisfies FactTable;
export type PullRequestCommitFact = FactOf<typeof pullRequestCommits>;
