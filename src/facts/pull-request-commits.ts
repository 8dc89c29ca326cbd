import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import type { FactBatch } from './batch.ts';
import type { FactTable } from './fact-table.ts';
import type { Facts } from './facts.ts';

/** Each listing replaces the one before: write them with `pullRequestCommitFacts`. */
export const pullRequestCommits = {
  name: 'pull_request_commits',
  key: { repository_id: 'bigint', number: 'integer', sha: 'text' },
  groups: { listed: {} },
} as const satisfies FactTable;

export interface CommitListing {
  readonly repository_id: number;
  readonly number: number;
  /** All commits of the pull request, as of `at`. */
  readonly shas: readonly string[];
  readonly at: string;
}

export function pullRequestCommitFacts({ repository_id, number, shas, at }: CommitListing): Facts {
  return {
    pull_requests: [{ repository_id, number, commits: { at } }],
    pull_request_commits: shas.map((sha) => ({ repository_id, number, sha, listed: { at } })),
  };
}

/** Removes what an earlier listing had and the latest has not: after a force-push, say. */
export async function removeUnlistedCommits(trx: Trx, tenantId: number, batch: FactBatch): Promise<void> {
  const pulls = [
    ...batch.rows('pull_requests').filter((row) => row.groups.has('commits')),
    ...batch.rows('pull_request_commits'),
  ];
  if (pulls.length === 0) return;
  await sql`
    delete from pull_request_commits c
    using pull_requests p,
      unnest(${pulls.map(({ key }) => key[0])}::bigint[], ${pulls.map(({ key }) => key[1])}::integer[]) as x (repository_id, number)
    where p.tenant_id = ${tenantId} and p.repository_id = x.repository_id and p.number = x.number
      and c.tenant_id = ${tenantId} and c.repository_id = x.repository_id and c.number = x.number
      and (c.listed_at, c.listed_rank) < (p.commits_at, p.commits_rank)`.execute(trx);
}
