import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { idKey, type KeysOf, textKey, timeKey } from './cursor.ts';
import { type Org, repositoryIdOf } from './org-scope.ts';
import { allOf, timeKeyOf, timeOf } from './page.ts';
import { findIdentity } from './person.ts';

export interface CommitRow {
  readonly repository: string;
  readonly repository_id: number;
  readonly sha: string;
  readonly parents: string[] | null;
  readonly author_name: string | null;
  readonly author_email: string | null;
  readonly co_authors: string[];
  readonly authored_at: Date;
  readonly committed_at: Date;
  readonly message_headline: string;
  readonly additions: number | null;
  readonly deletions: number | null;
  readonly changed_files: number | null;
  readonly position: [string, number, string];
}

export const commitKeys = [timeKey, idKey, textKey] as const;

interface CommitsQuery {
  readonly limit: number;
  readonly cursor?: KeysOf<typeof commitKeys> | undefined;
  readonly repository?: string | undefined;
  readonly author?: string | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

export async function listCommits(trx: Trx, org: Org, query: CommitsQuery): Promise<CommitRow[]> {
  const { limit, cursor: after, since, until } = query;
  const repositoryId = await repositoryIdOf(trx, org, query.repository);
  const author = await findIdentity(trx, org.tenant_id, query.author);
  const where = allOf([
    sql`c.tenant_id = ${org.tenant_id} and c.observed_at is not null`,
    repositoryId === undefined ? undefined : sql`c.repository_id = ${repositoryId}::bigint`,
    since && sql`c.committed_at >= ${since}::timestamptz`,
    until && sql`c.committed_at < ${until}::timestamptz`,
    after &&
      sql`(c.committed_at, c.repository_id, c.sha) < (${timeOf(after[0])}, ${after[1]}::bigint, ${after[2]}::text)`,
  ]);
  const page = { where, limit: limit + 1 };
  const select = author ? selectCommitsOf(author.emails, org.tenant_id, page) : selectCommits(org.tenant_id, page);
  return (await select.execute(trx)).rows;
}

interface CommitsPage {
  readonly where: RawBuilder<unknown>;
  readonly limit: number;
}

function selectCommits(tenantId: number, { where, limit }: CommitsPage): RawBuilder<CommitRow> {
  return sql<CommitRow>`
    select r.full_name as repository, c.repository_id, c.sha, c.parents, c.author_name, c.author_email,
      coalesce(c.co_authors, '{}') as co_authors, c.authored_at, c.committed_at, c.message_headline,
      c.additions, c.deletions, c.changed_files,
      json_build_array(${timeKeyOf('c.committed_at')}, c.repository_id, c.sha) as position
    from commits c
    join repositories r on r.tenant_id = ${tenantId} and r.repository_id = c.repository_id
      and r.full_name is not null and r.deleted_at is null
    where ${where}
    order by c.committed_at desc, c.repository_id desc, c.sha desc limit ${limit}`;
}

/** A page of each email, read in the order of the index, and of these a page: no email's commits are sorted as a whole. */
function selectCommitsOf(
  emails: readonly string[],
  tenantId: number,
  { where, limit }: CommitsPage,
): RawBuilder<CommitRow> {
  const ofEmail = selectCommits(tenantId, { where: sql`${where} and c.author_email = wanted.email`, limit });
  return sql<CommitRow>`
    select latest.* from unnest(${emails}::text[]) as wanted (email) cross join lateral (${ofEmail}) latest
    order by latest.committed_at desc, latest.repository_id desc, latest.sha desc limit ${limit}`;
}
