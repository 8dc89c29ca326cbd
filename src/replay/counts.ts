import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { type Trx, withTenant } from '../../db/tenant.ts';
import type { Story } from './story.ts';

/** What `git` and Shiplog must agree on. */
export interface HistoryCounts {
  /** On the default branch. */
  readonly commits: number;
  /** Distinct emails of their authors, after the mailmap, in lower case. */
  readonly authors: number;
  readonly pull_requests_merged: number;
  readonly releases: number;
}

export function countStory({ history, pulls, tags }: Story): HistoryCounts {
  return {
    commits: history.commits,
    authors: history.authors,
    pull_requests_merged: pulls.length,
    releases: tags.length,
  };
}

/** Counts what stands in the database. */
export function countStored(
  db: Database,
  { tenantId, repositoryId, branch }: { tenantId: number; repositoryId: number; branch: string },
): Promise<HistoryCounts> {
  const repository = sql`tenant_id = ${tenantId} and repository_id = ${repositoryId}`;
  return withTenant(db, tenantId, async (trx) => ({
    ...(await countBranch(trx, { tenantId, repositoryId, branch })),
    pull_requests_merged: await countRows(
      trx,
      sql`select count(*) from pull_requests where ${repository} and state = 'merged'`,
    ),
    releases: await countRows(trx, sql`select count(*) from releases where ${repository} and deleted_at is null`),
  }));
}

/** Walks the stored parents from the head of the branch: a gap in them shows as a difference. */
async function countBranch(
  trx: Trx,
  { tenantId, repositoryId, branch }: { tenantId: number; repositoryId: number; branch: string },
): Promise<Pick<HistoryCounts, 'commits' | 'authors'>> {
  const { rows } = await sql<{ email: string; commits: number }>`
    with recursive reached (sha) as (
      select head_sha from branches
      where tenant_id = ${tenantId} and repository_id = ${repositoryId} and name = ${branch} and deleted_at is null
      union
      select parent.sha from reached
      join commits c on c.tenant_id = ${tenantId} and c.repository_id = ${repositoryId} and c.sha = reached.sha
      cross join unnest(c.parents) as parent (sha)
    )
    select coalesce(author_email, '') as email, count(*) as commits
    from reached join commits c
      on c.tenant_id = ${tenantId} and c.repository_id = ${repositoryId} and c.sha = reached.sha
    group by 1`.execute(trx);
  return {
    commits: rows.reduce((sum, row) => sum + row.commits, 0),
    authors: new Set(rows.map(({ email }) => email.toLowerCase())).size,
  };
}

async function countRows(trx: Trx, query: ReturnType<typeof sql<{ count: number }>>): Promise<number> {
  return (await query.execute(trx)).rows[0]?.count ?? 0;
}
