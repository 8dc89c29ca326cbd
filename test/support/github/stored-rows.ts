import { sql } from 'kysely';
import type { Database } from '../../../db/connection.ts';
import { withTenant } from '../../../db/tenant.ts';

/** The columns that `true-rows.ts` tells, of what is stored and in force. */
const queries: Readonly<Record<string, string>> = {
  repositories:
    'repository_id, full_name, private, archived, default_branch from repositories where deleted_at is null',
  branches: 'repository_id, name, head_sha from branches where deleted_at is null',
  commits: `repository_id, sha, message_headline, author_email, ${time('authored_at')},
    ${time('committed_at')} from commits where observed_at is not null`,
  history: `repository_id, sha, array_to_string(parents, ','), additions, deletions, changed_files from (
    with recursive reachable (tenant_id, repository_id, sha) as (
      select b.tenant_id, b.repository_id, b.head_sha
      from branches b join repositories r using (tenant_id, repository_id) where b.name = r.default_branch
      union
      select c.tenant_id, c.repository_id, unnest(c.parents) from reachable join commits c using (tenant_id, repository_id, sha))
    select * from reachable join commits using (tenant_id, repository_id, sha)) as history where true`,
  pull_requests: `repository_id, number, title, author_id, head_sha, merge_commit_sha, array_to_string(labels, ','),
    additions, changed_files, ${time('created_at')}, ${time('merged_at')}, ${time('closed_at')}
    from pull_requests where observed_at is not null`,
  pull_request_commits: 'repository_id, number, sha from pull_request_commits where true',
  reviews: `repository_id, number, review_id, author_id, state, ${time('submitted_at')} from reviews where true`,
  comments: 'repository_id, kind, number, comment_id, author_id from comments where deleted_at is null',
  issues: `repository_id, number, title, author_id, array_to_string(labels, ','), ${time('created_at')},
    ${time('closed_at')} from issues where deleted_at is null`,
  releases: `repository_id, release_id, tag_name, prerelease, ${time('published_at')} from releases where deleted_at is null`,
  deployments: 'repository_id, deployment_id, sha, environment, production_environment from deployments where true',
  deployment_statuses: `repository_id, deployment_id, deployment_status_id, state, ${time('created_at')}
    from deployment_statuses where true`,
  organization_members: 'user_id, role from organization_members where removed_at is null',
  teams: 'team_id, slug, name, parent_id from teams where removed_at is null',
  team_members: 'team_id, user_id, role from team_members where removed_at is null',
  access: `repository_id, user_id, coalesce(custom_role, level) from repository_access
    where valid_to is null and level <> 'none'`,
};

function time(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

export type StoredRows = Record<string, unknown[][]>;

/** What is stored of a tenant, as lists of values in no order. */
export function storedRows(db: Database, tenantId: number): Promise<StoredRows> {
  return withTenant(db, tenantId, async (trx) => {
    const stored: StoredRows = {};
    for (const [table, query] of Object.entries(queries)) {
      const [columns = '', ...rest] = query.split(/\s+from\s+/);
      const { rows } = await sql<{ row: unknown[] }>`
        select json_build_array(${sql.raw(columns)}) as row from ${sql.raw(rest.join(' from '))} and tenant_id = ${tenantId}`.execute(
        trx,
      );
      stored[table] = rows.map(({ row }) => row);
    }
    return stored;
  });
}
