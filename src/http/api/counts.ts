import { z } from '@hono/zod-openapi';
import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { isListed } from './org-scope.ts';

export const countsExample = {
  commits: 1204,
  authors: 31,
  pull_requests: 402,
  pull_requests_merged: 377,
  issues: 96,
  releases: 12,
  deployments: 210,
};

export const countsSchema = z
  .object({
    commits: z
      .int()
      .openapi({ description: 'Stored commits, on any branch; a commit in two repositories counts in each.' }),
    authors: z.int().openapi({ description: 'Persons who authored them.' }),
    pull_requests: z.int(),
    pull_requests_merged: z.int(),
    issues: z.int(),
    releases: z.int(),
    deployments: z.int(),
  })
  .openapi('Counts', { description: 'How much is stored, to compare with the source.' });

export type Counts = z.infer<typeof countsSchema>;

/** Of one repository, or of all. */
export async function countFacts(trx: Trx, tenantId: number, repositoryId?: number): Promise<Counts> {
  const scope =
    repositoryId === undefined
      ? sql`tenant_id = ${tenantId} and ${isListed(tenantId, 'repository_id')}`
      : sql`tenant_id = ${tenantId} and repository_id = ${repositoryId}`;
  const { rows } = await sql<Counts>`
    with emails as (
      select author_email, count(*) as commits from commits where ${scope} and committed_at is not null group by author_email
    )
    select
      (select coalesce(sum(commits), 0)::bigint from emails) as commits,
      (select count(distinct coalesce(e.contributor_id::text, author_email, ''))
        from emails left join contributor_emails e on e.tenant_id = ${tenantId} and e.email = author_email) as authors,
      (select count(*) from pull_requests where ${scope} and observed_at is not null) as pull_requests,
      (select count(*) from pull_requests where ${scope} and state = 'merged') as pull_requests_merged,
      (select count(*) from issues where ${scope} and observed_at is not null and deleted_at is null) as issues,
      (select count(*) from releases where ${scope} and observed_at is not null and deleted_at is null) as releases,
      (select count(*) from deployments where ${scope}) as deployments`.execute(trx);
  const [counts] = rows;
  if (!counts) throw new Error('a query without a table has one row');
  return counts;
}
