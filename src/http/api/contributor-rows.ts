import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { idKey, type KeysOf } from './cursor.ts';
import { isListed } from './org-scope.ts';
import { allOf } from './page.ts';

export interface ContributorRow {
  readonly contributor_id: number;
  readonly login: string | null;
  readonly name: string | null;
  readonly type: 'User' | 'Bot';
  readonly commits: number;
  readonly pull_requests: number;
  readonly reviews: number;
  readonly first_seen_at: Date | null;
  readonly last_seen_at: Date | null;
  readonly position: [number];
}

export const contributorKeys = [idKey] as const;

interface ContributorsQuery {
  readonly limit: number;
  readonly cursor?: KeysOf<typeof contributorKeys> | undefined;
  readonly type?: 'User' | 'Bot' | undefined;
  readonly login?: string | undefined;
  readonly commits?: boolean | undefined;
}

export function listContributors(trx: Trx, tenantId: number, query: ContributorsQuery): Promise<ContributorRow[]> {
  const { limit, cursor: after, type, login, commits } = query;
  const authored = sql`exists (
    select from contributor_emails e join commits m on m.tenant_id = ${tenantId} and m.author_email = e.email
    where e.tenant_id = ${tenantId} and e.contributor_id = c.contributor_id and ${isListed(tenantId, 'm.repository_id')})`;
  const where = allOf([
    sql`c.tenant_id = ${tenantId}`,
    type && sql`c.type = ${type}`,
    login === undefined ? undefined : sql`lower(c.login) = lower(${login})`,
    commits === undefined ? undefined : sql`${authored} = ${commits}`,
    after && sql`c.contributor_id < ${after[0]}::bigint`,
  ]);
  return selectContributors(trx, tenantId, { where, limit: limit + 1 });
}

export async function findContributor(trx: Trx, tenantId: number, id: number): Promise<ContributorRow | undefined> {
  const where = sql`c.tenant_id = ${tenantId} and c.contributor_id = ${id}::bigint`;
  const [row] = await selectContributors(trx, tenantId, { where, limit: 1 });
  return row;
}

/** Counts only for those on the page: the cost does not depend on how many contributors there are. */
async function selectContributors(
  trx: Trx,
  tenantId: number,
  { where, limit }: { where: RawBuilder<unknown>; limit: number },
): Promise<ContributorRow[]> {
  const { rows } = await sql<ContributorRow>`
    with page as materialized (
      select c.contributor_id, c.login, c.name, c.type from contributors c
      where ${where} order by c.contributor_id desc limit ${limit}
    )
    select page.*, commits.n as commits, pulls.n as pull_requests, reviews.n as reviews,
      least(commits.first_at, pulls.first_at, reviews.first_at, issues.first_at) as first_seen_at,
      greatest(commits.last_at, pulls.last_at, reviews.last_at, issues.last_at) as last_seen_at,
      json_build_array(page.contributor_id) as position
    from page
    cross join lateral (
      select count(*) as n, min(m.authored_at) as first_at, max(m.authored_at) as last_at
      from contributor_emails e join commits m on m.tenant_id = ${tenantId} and m.author_email = e.email
      where e.tenant_id = ${tenantId} and e.contributor_id = page.contributor_id and ${isListed(tenantId, 'm.repository_id')}
    ) commits
    cross join lateral (
      select count(*) as n, min(p.created_at) as first_at, max(p.created_at) as last_at
      from pull_requests p where p.tenant_id = ${tenantId} and p.author_id = page.contributor_id and ${isListed(tenantId, 'p.repository_id')}
    ) pulls
    cross join lateral (
      select count(*) as n, min(r.submitted_at) as first_at, max(r.submitted_at) as last_at
      from reviews r where r.tenant_id = ${tenantId} and r.author_id = page.contributor_id and ${isListed(tenantId, 'r.repository_id')}
    ) reviews
    cross join lateral (
      select min(i.created_at) as first_at, max(i.created_at) as last_at
      from issues i where i.tenant_id = ${tenantId} and i.author_id = page.contributor_id and ${isListed(tenantId, 'i.repository_id')}
    ) issues
    order by page.contributor_id desc`.execute(trx);
  return rows;
}
