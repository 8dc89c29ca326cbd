import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { NO_REPOSITORY, REPOSITORY_LIST } from './sync-cursor.ts';

/** What a pass has to reach: the beginning or the horizon, a time, or what earlier passes cover. */
export type Floor = Date | 'gap' | null;

export interface WantedPasses {
  readonly tenantId: number;
  /** Undefined: all that are known. */
  readonly repositoryIds: readonly number[] | undefined;
  readonly entities: readonly string[];
  readonly floor: Floor;
}

/** A repository that is synced: the app sees it, and the plan has room. */
export const isSynced = sql`(r.full_name is not null and r.installed is not false and r.deleted_at is null and r.tracked)`;

/** Asks for a pass over each entity of the repositories. One that runs goes as low as both want, and is followed up. */
export async function wantPasses(trx: Trx, wanted: WantedPasses): Promise<void> {
  const { tenantId, repositoryIds, entities, floor } = wanted;
  const these = repositoryIds === undefined ? sql`true` : sql`r.repository_id = any(${repositoryIds}::bigint[])`;
  await sql`
    insert into sync_cursors as c (tenant_id, repository_id, entity, pushed_at, floor)
    select ${tenantId}, r.repository_id, e.entity, r.pushed_at, ${timeOf(floor)}::timestamptz
    from repositories r cross join unnest(${entities}::text[]) as e (entity)
    where r.tenant_id = ${tenantId} and ${isSynced} and ${these}
    order by r.repository_id, e.entity
    on conflict (tenant_id, repository_id, entity) do update set ${wantedAgain(floor)}`.execute(trx);
}

export async function wantRepositoryList(trx: Trx, tenantId: number): Promise<void> {
  await sql`
    insert into sync_cursors as c (tenant_id, repository_id, entity, pushed_at)
    values (${tenantId}, ${NO_REPOSITORY}, ${REPOSITORY_LIST}, 'infinity')
    on conflict (tenant_id, repository_id, entity) do update set ${wantedAgain(null)}`.execute(trx);
}

/** Of repositories that the list showed: passes for those that have none, or were gone. */
export async function wantFirstPasses(
  trx: Trx,
  { tenantId, repositoryIds, entities }: Omit<WantedPasses, 'floor'> & { readonly repositoryIds: readonly number[] },
): Promise<void> {
  await sql`
    insert into sync_cursors as c (tenant_id, repository_id, entity, pushed_at)
    select ${tenantId}, r.repository_id, e.entity, r.pushed_at
    from repositories r cross join unnest(${entities}::text[]) as e (entity)
    where r.tenant_id = ${tenantId} and ${isSynced} and r.repository_id = any(${repositoryIds}::bigint[])
    order by r.repository_id, e.entity
    on conflict (tenant_id, repository_id, entity) do update set ${wantedAgain(null)}
    where c.state = 'gone'`.execute(trx);
  // What was asked for when nobody knew when it was pushed to.
  await sql`
    update sync_cursors c set pushed_at = r.pushed_at from repositories r
    where c.tenant_id = ${tenantId} and r.tenant_id = ${tenantId} and c.repository_id = any(${repositoryIds}::bigint[])
      and r.repository_id = c.repository_id and c.pushed_at is distinct from r.pushed_at`.execute(trx);
}

function timeOf(floor: Floor): Date | null {
  return floor === 'gap' ? null : floor;
}

/** As `isFollowUp` in pass.ts says it of a cursor. */
function followsUp(floor: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`coalesce((${floor}) >= c.covered_until, false)`;
}

/** A cancelled pass goes on where it was; any other that has ended starts anew. */
function wantedAgain(floor: Floor): RawBuilder<unknown> {
  const goesOn = sql`(c.state in ('pending', 'running') or (c.state = 'cancelled' and c.cursor is not null))`;
  const begun = sql`(c.pass_started_at is not null)`;
  const wanted = floor === 'gap' ? sql`c.covered_until` : sql`excluded.floor`;
  const lower = sql`case when c.floor is null or ${wanted} is null then null else least(c.floor, ${wanted}) end`;
  // A pass that follows up on a counted one keeps its count; any other begins its own.
  const counted = sql`case when ${goesOn} then not ${followsUp(sql`c.floor`)} or ${followsUp(lower)}
    else ${followsUp(wanted)} end`;
  return sql`
    state = case when not ${goesOn} then 'pending' when ${begun} then 'running' else 'pending' end,
    again = ${goesOn} and ${begun},
    floor = case when ${goesOn} then ${lower} else ${wanted} end,
    phase = case when ${goesOn} then c.phase else 'recent' end,
    cursor = case when ${goesOn} then c.cursor end,
    pass_started_at = case when ${goesOn} then c.pass_started_at end,
    items = case when ${counted} then c.items else 0 end,
    worked_ms = case when ${counted} then c.worked_ms else 0 end,
    total = case when ${goesOn} then c.total end,
    requests = case when ${goesOn} then c.requests else 0 end,
    attempts = case when c.state in ('pending', 'running') then c.attempts else 0 end,
    error = case when c.state in ('pending', 'running') then c.error end,
    due_at = case when c.state in ('pending', 'running') then c.due_at else now() end,
    pushed_at = excluded.pushed_at,
    updated_at = now()`;
}
