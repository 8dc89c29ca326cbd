import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import { wasMember } from '../../metrics/query/team-history.ts';
import { idKey, type KeysOf, textKey } from './cursor.ts';
import { isListed } from './org-scope.ts';
import { allOf } from './page.ts';

export interface ContributorRow {
  readonly contributor_id: number;
  readonly login: string | null;
  readonly name: string | null;
  /** As people say, else as GitHub has it. */
  readonly type: 'User' | 'Bot';
  readonly bot: boolean | null;
  readonly excluded: boolean;
  readonly merged_into: number | null;
  readonly merged: readonly number[];
  readonly commits: number;
  readonly pull_requests: number;
  readonly pull_requests_merged: number;
  readonly reviews: number;
  readonly first_seen_at: Date | null;
  readonly last_seen_at: Date | null;
  readonly position: [string, number];
}

export const contributorKeys = [textKey, idKey] as const;

/** Which of the contributions count. */
export interface ContributionScope {
  readonly tenantId: number;
  readonly repositoryId: number | undefined;
  /** What somebody did while in it. */
  readonly teamId: number | undefined;
  readonly from: Date | undefined;
  readonly to: Date | undefined;
}

interface ContributorsQuery {
  readonly limit: number;
  readonly cursor?: KeysOf<typeof contributorKeys> | undefined;
  readonly type?: 'User' | 'Bot' | undefined;
  readonly login?: string | undefined;
  readonly commits?: boolean | undefined;
}

/** By login, or name; with a scope only those who contributed in it. */
export function listContributors(
  trx: Trx,
  scope: ContributionScope,
  query: ContributorsQuery,
): Promise<ContributorRow[]> {
  const { limit, cursor: after, type, login, commits } = query;
  const person = accountsOf(scope, sql`c.contributor_id`);
  const where = allOf([
    sql`c.tenant_id = ${scope.tenantId} and c.merged_into is null`,
    type && sql`${shownType} = ${type}`,
    login === undefined ? undefined : sql`lower(c.login) = lower(${login})`,
    commits === undefined ? undefined : sql`exists (${authored(scope, person)}) = ${commits}`,
    isNarrow(scope)
      ? sql`(exists (${authored(scope, person)}) or exists (${opened(scope, person)})
          or exists (${merged(scope, person)}) or exists (${reviewed(scope, person)}))`
      : undefined,
    after && sql`(lower(coalesce(c.login, c.name, '')), c.contributor_id) > (${after[0]}, ${after[1]}::bigint)`,
  ]);
  return selectContributors(trx, scope, { where, limit: limit + 1 });
}

export async function findContributor(
  trx: Trx,
  scope: ContributionScope,
  id: number,
): Promise<ContributorRow | undefined> {
  const where = sql`c.tenant_id = ${scope.tenantId} and c.contributor_id = ${id}::bigint`;
  const [row] = await selectContributors(trx, scope, { where, limit: 1 });
  return row;
}

function isNarrow({ repositoryId, teamId, from, to }: ContributionScope): boolean {
  return [repositoryId, teamId, from, to].some((filter) => filter !== undefined);
}

const shownType = sql`case c.bot when true then 'Bot' when false then 'User' else c.type end`;

/** A person's account with those that are merged into it. */
function accountsOf({ tenantId }: ContributionScope, person: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(array[${person}] || array(
    select m.contributor_id from contributors m
    where m.tenant_id = ${tenantId} and m.merged_into = ${person} order by m.contributor_id))`;
}

/** Counts only for those on the page: the cost does not depend on how many contributors there are. */
async function selectContributors(
  trx: Trx,
  scope: ContributionScope,
  { where, limit }: { where: RawBuilder<unknown>; limit: number },
): Promise<ContributorRow[]> {
  const person = sql`page.accounts`;
  const { rows } = await sql<ContributorRow>`
    with page as materialized (
      select c.contributor_id, c.login, c.name, ${shownType} as type, c.bot, c.excluded, c.merged_into,
        ${accountsOf(scope, sql`c.contributor_id`)} as accounts, lower(coalesce(c.login, c.name, '')) as name_key
      from contributors c where ${where} order by name_key, c.contributor_id limit ${limit}
    )
    select page.contributor_id, page.login, page.name, page.type, page.bot, page.excluded,
      page.merged_into, to_json(page.accounts[2:]) as merged, commits.n as commits, pulls.n as pull_requests,
      merged.n as pull_requests_merged, reviews.n as reviews,
      least(commits.first_at, pulls.first_at, reviews.first_at, issues.first_at) as first_seen_at,
      greatest(commits.last_at, pulls.last_at, reviews.last_at, issues.last_at) as last_seen_at,
      json_build_array(page.name_key, page.contributor_id) as position
    from page
    cross join lateral (${summary(authored(scope, person))}) commits
    cross join lateral (${summary(opened(scope, person))}) pulls
    cross join lateral (${summary(merged(scope, person))}) merged
    cross join lateral (${summary(reviewed(scope, person))}) reviews
    cross join lateral (${summary(reported(scope, person))}) issues
    order by page.name_key, page.contributor_id`.execute(trx);
  return rows;
}

function summary(contributed: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select count(*) as n, min(x.at) as first_at, max(x.at) as last_at from (${contributed}) x`;
}

function authored(scope: ContributionScope, person: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`
    select m.authored_at as at from contributor_emails e
    join commits m on m.tenant_id = ${scope.tenantId} and m.author_email = e.email
    where e.tenant_id = ${scope.tenantId} and e.contributor_id = any(${person})
      and ${isWithin(scope, { table: 'm', at: 'authored_at', person: sql`e.contributor_id` })}`;
}

function opened(scope: ContributionScope, person: RawBuilder<unknown>): RawBuilder<unknown> {
  return contributions(scope, { from: 'pull_requests', at: 'created_at', person });
}

function merged(scope: ContributionScope, person: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`${contributions(scope, { from: 'pull_requests', at: 'merged_at', person })} and x.state = 'merged'`;
}

function reviewed(scope: ContributionScope, person: RawBuilder<unknown>): RawBuilder<unknown> {
  return contributions(scope, { from: 'reviews', at: 'submitted_at', person });
}

function reported(scope: ContributionScope, person: RawBuilder<unknown>): RawBuilder<unknown> {
  return contributions(scope, { from: 'issues', at: 'created_at', person });
}

interface Contributions {
  readonly from: string;
  readonly at: string;
  /** The accounts of the person. */
  readonly person: RawBuilder<unknown>;
}

function contributions(scope: ContributionScope, { from, at, person }: Contributions): RawBuilder<unknown> {
  return sql`
    select ${sql.ref(`x.${at}`)} as at from ${sql.table(from)} x
    where x.tenant_id = ${scope.tenantId} and x.author_id = any(${person})
      and ${isWithin(scope, { table: 'x', at, person: sql`x.author_id` })}`;
}

interface Contribution {
  readonly table: string;
  readonly at: string;
  readonly person: RawBuilder<unknown>;
}

function isWithin(scope: ContributionScope, { table, at: column, person }: Contribution): RawBuilder<unknown> {
  const { tenantId, repositoryId, teamId, from, to } = scope;
  const at = sql.ref(`${table}.${column}`);
  return allOf([
    isListed(tenantId, `${table}.repository_id`),
    repositoryId === undefined ? undefined : sql`${sql.ref(`${table}.repository_id`)} = ${repositoryId}::bigint`,
    from && sql`${at} >= ${from}`,
    to && sql`${at} < ${to}`,
    teamId === undefined ? undefined : wasMember({ tenantId, teamId }, { id: person, at }),
  ]);
}
