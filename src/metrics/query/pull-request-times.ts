import { type RawBuilder, sql } from 'kysely';
import { isBot, personOf } from './scope.ts';

/** When work on the pull requests of `pulls` began, as `(first_commit_at)`: null while one of their commits is not known. */
export function firstCommitOf(tenantId: number, pulls: string): RawBuilder<unknown> {
  return sql`
    select case when count(*) = count(m.authored_at) then min(m.authored_at) end as first_commit_at
    from pull_request_commits l
    left join commits m on m.tenant_id = ${tenantId} and m.repository_id = l.repository_id and m.sha = l.sha
    where l.tenant_id = ${tenantId} and l.repository_id = ${sql.ref(`${pulls}.repository_id`)}
      and l.number = ${sql.ref(`${pulls}.number`)}`;
}

/**
 * When somebody first looked at them, as `(first_review_at)`: a review or review comment by a person other than the
 * author. Who is a bot, the repository `s` of `scopedRepositories` says.
 */
export function firstReviewOf(tenantId: number, pulls: string): RawBuilder<unknown> {
  const ofPull = (table: string) => sql`${sql.ref(`${table}.tenant_id`)} = ${tenantId}
    and ${sql.ref(`${table}.repository_id`)} = ${sql.ref(`${pulls}.repository_id`)}
    and ${sql.ref(`${table}.number`)} = ${sql.ref(`${pulls}.number`)}`;
  const author = sql.ref(`${pulls}.author_id`);
  return sql`
    select min(seen.at) as first_review_at
    from (
      select v.author_id, v.submitted_at as at from reviews v where ${ofPull('v')}
      union all
      select t.author_id, t.created_at from comments t
      where ${ofPull('t')} and t.kind = 'review' and t.deleted_at is null
    ) seen
    left join contributors r on r.tenant_id = ${tenantId} and r.contributor_id = seen.author_id
    where seen.author_id is distinct from ${author} and ${isBot('r')} is not true
      and coalesce(r.merged_into, seen.author_id) is distinct from ${personOf(tenantId, author)}`;
}
