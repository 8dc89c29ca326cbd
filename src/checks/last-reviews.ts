import { type RawBuilder, sql } from 'kysely';
import { levelsFrom } from '../access/level.ts';
import type { PullRow } from './check-facts.ts';
import type { PullPlace } from './read-open-pull.ts';

/**
 * `(author_id, state, commit_sha, submitted_at)`: what each reviewer said last; a comment takes nothing back. GitHub
 * counts those who may write, and so do we; whoever's access is not known counts, and programs, which have none to read.
 */
export function lastReviews(
  { tenantId, repositoryId, number }: PullPlace,
  { author_id }: Pick<PullRow, 'author_id'>,
): RawBuilder<unknown> {
  const enough = [...levelsFrom('write'), 'unknown'];
  return sql`
    select distinct on (v.author_id) v.author_id, v.state, v.commit_sha, v.submitted_at
    from reviews v
    left join contributors program on program.tenant_id = ${tenantId} and program.contributor_id = v.author_id
      and program.type = 'Bot'
    left join repository_access access on access.tenant_id = ${tenantId} and access.repository_id = ${repositoryId}
      and access.user_id = v.author_id and access.valid_to is null
    where v.tenant_id = ${tenantId} and v.repository_id = ${repositoryId} and v.number = ${number}
      and v.author_id is distinct from ${author_id}::bigint
      and v.state in ('approved', 'changes_requested', 'dismissed')
      and (v.author_id is null or program.contributor_id is not null or access.level = any(${enough}::text[])
        or not exists (
          select from access_reads
          where tenant_id = ${tenantId} and scope = 'collaborators' and repository_id = ${repositoryId}
            and first_read_at is not null and reason is null))
    order by v.author_id, v.submitted_at desc, v.review_id desc`;
}
