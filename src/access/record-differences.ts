import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { computedAccess } from './computed-access.ts';

/** What GitHub says that people may do in a repository: of everybody who may do anything. */
export interface GithubLevels {
  readonly repositoryId: number;
  /** When it was asked. */
  readonly at: string;
  readonly levels: readonly { readonly databaseId: number; readonly level: string }[];
}

/**
 * Notes where GitHub's word is another than what the grants come to. Whoever's grants have changed since GitHub was
 * asked is left out: its word is about the grants before.
 */
export async function recordDifferences(
  trx: Trx,
  tenantId: number,
  { repositoryId, at, levels }: GithubLevels,
): Promise<void> {
  await sql`
    delete from access_differences where tenant_id = ${tenantId} and repository_id = ${repositoryId}`.execute(trx);
  await sql`
    with recursive ${computedAccess(tenantId, { repositories: [repositoryId] })},
    github as (
      select * from unnest(
        ${levels.map(({ databaseId }) => databaseId)}::bigint[], ${levels.map(({ level }) => level)}::text[]
      ) as x (user_id, level)
    ),
    changed as (
      select user_id from organization_members where tenant_id = ${tenantId} and observed_at > ${at}::timestamptz
      union
      select user_id from team_members where tenant_id = ${tenantId} and observed_at > ${at}::timestamptz
      union
      select user_id from repository_collaborators
      where tenant_id = ${tenantId} and repository_id = ${repositoryId} and observed_at > ${at}::timestamptz
    )
    insert into access_differences (tenant_id, repository_id, user_id, computed_level, github_level, observed_at)
    select ${tenantId}::bigint, ${repositoryId}::bigint, user_id, coalesce(c.level, 'none'), coalesce(g.level, 'none'),
      ${at}::timestamptz
    from github g full join computed c using (user_id)
    where coalesce(g.level, 'none') <> coalesce(c.level, 'none')
      and user_id not in (select user_id from changed)
      and not exists (select from teams where tenant_id = ${tenantId} and observed_at > ${at}::timestamptz)
      and not exists (
        select from team_repositories
        where tenant_id = ${tenantId} and repository_id = ${repositoryId} and observed_at > ${at}::timestamptz)`.execute(
    trx,
  );
}
