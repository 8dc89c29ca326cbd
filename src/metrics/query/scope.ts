import { type RawBuilder, sql } from 'kysely';
import type { Calendar } from './periods.ts';
import { couldPush, wasMember } from './team-history.ts';

/** What a metric is asked about. A window is [from, to); the calendar is of the days and weeks of series. */
export interface MetricScope extends Calendar {
  readonly tenantId: number;
  readonly from: Date;
  readonly to: Date;
  readonly repositoryId?: number | undefined;
  /** Of these alone. */
  readonly repositoryIds?: readonly number[] | undefined;
  readonly environment?: string | undefined;
  readonly teamId?: number | undefined;
}

/** The repositories of a scope, as `scoped (repository_id, full_name, leave_out_bots, bots)`. */
export function scopedRepositories({
  tenantId,
  repositoryId,
  repositoryIds,
}: Pick<MetricScope, 'tenantId' | 'repositoryId' | 'repositoryIds'>): RawBuilder<unknown> {
  const latest = (id: RawBuilder<unknown>) => sql`
    select m.definition from metric_definitions m
    where m.tenant_id = ${tenantId} and m.repository_id = ${id} order by m.version desc limit 1`;
  return sql`
    select r.repository_id, r.full_name,
      coalesce((own.definition ->> 'leave_out_bots')::boolean, (shared.definition ->> 'leave_out_bots')::boolean, true)
        as leave_out_bots,
      coalesce(own.definition -> 'bots', shared.definition -> 'bots', '[]') as bots
    from repositories r
    left join lateral (${latest(sql`r.repository_id`)}) own on true
    left join (${latest(sql`0`)}) shared on true
    where r.tenant_id = ${tenantId} and r.full_name is not null and r.deleted_at is null
      and ${repositoryId === undefined ? sql`true` : sql`r.repository_id = ${repositoryId}::bigint`}
      and ${repositoryIds === undefined ? sql`true` : sql`r.repository_id = any(${repositoryIds}::bigint[])`}`;
}

/**
 * Whether a row of `alias` is of the repositories `scoped`. A set to look into, and no join: the planner would read all
 * the history of each of them, and not the window.
 */
export function isScoped({ repositoryId }: MetricScope, alias: 'c' | 'd' | 'p'): RawBuilder<boolean> {
  const id = sql.ref(`${alias}.repository_id`);
  const isIt = repositoryId === undefined ? sql`true` : sql`${id} = ${repositoryId}::bigint`;
  return sql`((${id} in (select repository_id from scoped)) is true and ${isIt})`;
}

/**
 * Whether a contributor counts as a bot: as people say, else to GitHub or by the settings of the repository `s`. Whoever
 * is excluded counts as one, too.
 */
export function isBot(alias: 'a' | 'r'): RawBuilder<boolean> {
  const of = (column: string) => sql.ref(`${alias}.${column}`);
  return sql`(coalesce(${of('bot')}, ${of('type')} = 'Bot' or coalesce(s.bots ? lower(${of('login')}), false))
    or ${of('excluded')})`;
}

/** Whether the work of the contributor `a` is left out in the repository `s`. */
const isLeftOut = sql<boolean>`(a.excluded or s.leave_out_bots and ${isBot('a')})`;
const isExcluded = sql<boolean>`a.excluded`;

/** Why the work of the contributor `a` is left out in the repository `s`; null: it counts. */
export const whyLeftOut = sql<string | null>`
  case when ${isExcluded} then 'excluded_person' when ${isLeftOut} then 'bot' end`;

/** Whose account it is: of those that are merged, the one that they are merged into. */
export function personOf(tenantId: number, account: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`coalesce((select person.merged_into from contributors person
    where person.tenant_id = ${tenantId} and person.contributor_id = ${account}), ${account})`;
}

/**
 * As `whyLeftOut`, of the author of the pull request `p`. By the few who are left out, and not by a join for each row; and
 * only of these is it asked why.
 */
export function whyAuthorIsLeftOut(scope: MetricScope): RawBuilder<string | null> {
  const isOf = (isMeant: RawBuilder<boolean>) => isOfAuthor(scope, { alias: 'p', isMeant });
  return sql`case when ${isOf(isLeftOut)} then case when ${isOf(isExcluded)} then 'excluded_person' else 'bot' end end`;
}

/** The same of whoever wrote the change `c`, who is known by email where it is no pull request. */
export function whyChangeIsLeftOut(scope: MetricScope): RawBuilder<string | null> {
  const isOf = (isMeant: RawBuilder<boolean>) => sql`(${isOfAuthor(scope, { alias: 'c', isMeant })}
    or c.author_id is null and (c.repository_id, c.author_email) in (
      select s.repository_id, e.email from ${accounts(scope, isMeant)}
      join contributor_emails e on e.tenant_id = ${scope.tenantId} and e.contributor_id = a.contributor_id))`;
  return sql`case when ${isOf(isLeftOut)} then case when ${isOf(isExcluded)} then 'excluded_person' else 'bot' end end`;
}

function accounts({ tenantId }: MetricScope, isMeant: RawBuilder<boolean>): RawBuilder<unknown> {
  return sql`scoped s join contributors a on a.tenant_id = ${tenantId} and ${isMeant}`;
}

/** An author that is null is not looked for: it would be compared with each of the accounts. */
function isOfAuthor(
  scope: MetricScope,
  { alias, isMeant }: { alias: 'c' | 'p'; isMeant: RawBuilder<boolean> },
): RawBuilder<boolean> {
  const author = sql.ref(`${alias}.author_id`);
  return sql`(${author} is not null and (${sql.ref(`${alias}.repository_id`)}, ${author}) in (
    select s.repository_id, a.contributor_id from ${accounts(scope, isMeant)}))`;
}

/** Whether `person` was in the team at `at`. */
export function isOfTeam(
  { tenantId, teamId }: MetricScope,
  { person, at }: { person: RawBuilder<unknown>; at: RawBuilder<unknown> },
): RawBuilder<unknown> {
  return teamId === undefined ? sql`true` : wasMember({ tenantId, teamId }, { id: person, at });
}

/** Whether the deployment `d` is of a repository to which the team could push at that time. */
export function isDeployedByTeam({ tenantId, teamId }: MetricScope): RawBuilder<unknown> {
  if (teamId === undefined) return sql`true`;
  return couldPush({ tenantId, teamId }, { id: sql`d.repository_id`, at: sql`d.finished_at` });
}

export function isInEnvironment({ environment }: MetricScope, column: string): RawBuilder<unknown> {
  return environment === undefined ? sql`true` : sql`${sql.ref(column)} = ${environment}`;
}
