import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { type AccessScope, inScope } from './access-scope.ts';
import { computedAccess } from './computed-access.ts';

export interface AccessUpdate {
  readonly closed: number;
  readonly opened: number;
}

/**
 * Brings `repository_access` up to what the facts come to, in the transaction that wrote them: closes what changed
 * and opens what it changed to. Where GitHub said another level of the same grants, GitHub is right.
 * @param trx inside `withTenant` of that tenant, with the lock that `applyFacts` takes
 */
export async function updateAccess(trx: Trx, tenantId: number, scope: AccessScope): Promise<AccessUpdate> {
  const at = await findMoment(trx, tenantId);
  const { rows } = await sql<AccessUpdate>`
    with recursive ${computedAccess(tenantId, scope)}, ${wantedAccess(tenantId, scope)},
    changed as materialized (
      select coalesce(w.repository_id, a.repository_id) as repository_id, coalesce(w.user_id, a.user_id) as user_id,
        w.level, w.custom_role, w.path, w.computed_level, w.github_level, w.reason, w.initial,
        a.level as previous_level, a.valid_from
      from wanted w
      full join (
        select * from repository_access where tenant_id = ${tenantId} and valid_to is null
          and ${inScope(scope, { repository: 'repository_id', person: 'user_id' })}
      ) a on a.repository_id = w.repository_id and a.user_id = w.user_id
      where (w.level, w.custom_role, w.path, w.computed_level, w.github_level, w.reason)
        is distinct from (a.level, a.custom_role, a.path, a.computed_level, a.github_level, a.reason)
    ),
    closed as (
      update repository_access a set valid_to = ${at}::timestamptz, ended = c.level is null
      from changed c
      where a.tenant_id = ${tenantId} and a.repository_id = c.repository_id and a.user_id = c.user_id
        and a.valid_from = c.valid_from
      returning 1
    ),
    opened as (
      insert into repository_access (tenant_id, repository_id, user_id, valid_from, level, custom_role, path,
        computed_level, github_level, reason, previous_level)
      select ${tenantId}::bigint, repository_id, user_id, ${at}::timestamptz, level, custom_role, path,
        computed_level, github_level, reason, coalesce(previous_level, case when not initial then 'none' end)
      from changed where level is not null
      returning 1
    )
    select (select count(*) from closed) as closed, (select count(*) from opened) as opened`.execute(trx);
  await sql`
    update access_reads set first_read_at = ${at}::timestamptz
    where tenant_id = ${tenantId} and first_read_at is null and ${inScope(scope, { repository: 'repository_id' })}`.execute(
    trx,
  );
  return rows[0] ?? { closed: 0, opened: 0 };
}

/**
 * Later than every row there is, so that a person's rows never overlap: the transaction may have waited for another.
 * In milliseconds, as the API writes times, so that what it says of one can be asked for.
 */
async function findMoment(trx: Trx, tenantId: number): Promise<string> {
  const { rows } = await sql<{ at: string }>`
    select greatest(date_trunc('milliseconds', clock_timestamp()), interval '1 millisecond' + greatest(
      (select max(valid_from) from repository_access where tenant_id = ${tenantId}),
      (select max(valid_to) from repository_access where tenant_id = ${tenantId} and ended)))::text as at`.execute(trx);
  return rows[0]?.at ?? '';
}

/** What the rows should say: GitHub's word over the computed one; unknown where the collaborators can not be read. */
function wantedAccess(tenantId: number, scope: AccessScope): RawBuilder<unknown> {
  return sql`
    differences as (
      select r.*, d.user_id, d.computed_level, d.github_level
      from access_differences d join readable r using (repository_id)
      where d.tenant_id = ${tenantId} and ${inScope(scope, { repository: 'd.repository_id', person: 'd.user_id' })}
    ),
    compared as (
      select coalesce(c.repository_id, d.repository_id) as repository_id, coalesce(c.user_id, d.user_id) as user_id,
        coalesce(c.level, 'none') as computed_level, c.custom_role, c.path,
        case when d.computed_level = coalesce(c.level, 'none') then d.github_level end as github_level,
        coalesce(c.unreadable, d.unreadable) as unreadable, coalesce(c.initial, d.initial) as initial
      from computed c full join differences d on d.repository_id = c.repository_id and d.user_id = c.user_id
    ),
    judged as (
      select *, case when unreadable is not null and computed_level <> 'admin' then unreadable
        when coalesce(github_level, computed_level) = 'unknown' then 'role is not known' end as reason
      from compared where computed_level <> 'none' or github_level is not null
    ),
    wanted as (
      select repository_id, user_id, computed_level, github_level, reason, initial,
        case when reason is null then coalesce(github_level, computed_level) else 'unknown' end as level,
        case when is_explained then custom_role end as custom_role,
        case when is_explained then path end as path
      from judged cross join lateral (
        select reason is null and (github_level is null or computed_level = 'unknown') as is_explained
      ) explained
    )`;
}
