import { sql } from 'kysely';
import type { Database } from '../../../db/connection.ts';
import type { Trx } from '../../../db/tenant.ts';
import type { CheckedEntity } from '../../sync/compare-counts.ts';
import { type EntityName, entities } from '../../sync/entity.ts';
import { type CursorState, NO_REPOSITORY } from '../../sync/sync-cursor.ts';
import { type KnownRepository, listRepositoryPage, type RepositoryPage } from './repository-page.ts';

interface EntityHealthRow {
  readonly entity: EntityName;
  readonly state: CursorState | null;
  readonly covered_until: Date | null;
  readonly stored: number | null;
  readonly total: number | null;
  readonly checked_at: Date | null;
}

/** What keeps a list from being complete, whatever was compared. */
export const unread: readonly CursorState[] = ['pending', 'running', 'forbidden', 'failed', 'cancelled'];

export interface RepositoryHealthRow extends KnownRepository {
  readonly entities: readonly EntityHealthRow[];
}

interface RepositoriesQuery extends RepositoryPage {
  /** Only those of which something is missing. */
  readonly incomplete?: boolean;
}

/** By name; one more than `limit`, if there are more. */
export async function listRepositoryHealth(
  trx: Trx,
  tenantId: number,
  { incomplete = false, ...page }: RepositoriesQuery,
): Promise<RepositoryHealthRow[]> {
  const isIncomplete = sql`(
    exists (select from count_checks k
      where k.tenant_id = ${tenantId} and k.repository_id = r.repository_id and k.stored < k.total)
    or exists (select from sync_cursors c
      where c.tenant_id = ${tenantId} and c.repository_id = r.repository_id and c.state = any(${[...unread]}::text[])))`;
  const where = sql`r.installed is not false and ${incomplete ? isIncomplete : sql`true`}`;
  const rows = await listRepositoryPage(trx, tenantId, { ...page, where });
  const ids = rows.map((row) => row.repository_id);
  const { rows: found } = await sql<EntityHealthRow & { repository_id: number }>`
    select r.repository_id, e.entity, c.state, c.covered_until, k.stored, k.total, k.checked_at
    from unnest(${ids}::bigint[]) as r (repository_id) cross join unnest(${[...entities]}::text[]) as e (entity)
    left join sync_cursors c
      on c.tenant_id = ${tenantId} and c.repository_id = r.repository_id and c.entity = e.entity
    left join count_checks k
      on k.tenant_id = ${tenantId} and k.repository_id = r.repository_id and k.entity = e.entity
    order by r.repository_id, array_position(${[...entities]}::text[], e.entity)`.execute(trx);
  const byRepository = Map.groupBy(found, (row) => row.repository_id);
  return rows.map(({ repository_id, full_name, position }) => {
    return { repository_id, full_name, position, entities: byRepository.get(repository_id) ?? [] };
  });
}

/** Over all repositories. What one has too much does not make up for what another lacks. */
interface CountRow {
  readonly entity: CheckedEntity;
  readonly stored: number;
  readonly total: number;
  readonly missing: number;
}

export interface TenantHealth {
  /** Null: there is none any more. */
  readonly installation: { readonly suspended: boolean } | null;
  readonly installationIds: readonly number[];
  readonly totals: readonly CountRow[];
  readonly checkedAt: Date | null;
  /** Whether the list of the installation's repositories is still to be read, or could not be. */
  readonly listUnread: boolean;
  /** How many repositories have each entity in each state. */
  readonly states: readonly { readonly entity: EntityName; readonly state: CursorState; readonly count: number }[];
}

/** @param trx inside `withTenant` */
export async function findTenantHealth(trx: Trx, tenantId: number): Promise<TenantHealth> {
  const { rows: installations } = await sql<{ installation_id: number; live: boolean; suspended: boolean }>`
    select installation_id, deleted_at is null as live, suspended_at is not null as suspended
    from installations where tenant_id = ${tenantId} order by installation_id desc`.execute(trx);
  const { rows: totals } = await sql<CountRow & { checked_at: Date }>`
    select entity, sum(k.stored)::bigint as stored, sum(k.total)::bigint as total,
      sum(greatest(k.total - k.stored, 0))::bigint as missing, max(checked_at) as checked_at
    from count_checks k join repositories r on r.tenant_id = ${tenantId} and r.repository_id = k.repository_id
    where k.tenant_id = ${tenantId} and r.deleted_at is null and r.installed is not false
    group by entity order by array_position(${[...entities]}::text[], entity)`.execute(trx);
  const { rows: states } = await sql<TenantHealth['states'][number]>`
    select entity, state, count(*) as count from sync_cursors
    where tenant_id = ${tenantId} and repository_id <> ${NO_REPOSITORY} group by entity, state
    order by array_position(${[...entities]}::text[], entity), state`.execute(trx);
  const { rows: unreadLists } = await sql`
    select from sync_cursors
    where tenant_id = ${tenantId} and repository_id = ${NO_REPOSITORY} and state = any(${[...unread]}::text[])`.execute(
    trx,
  );
  const live = installations.find((each) => each.live);
  const times = totals.map(({ checked_at }) => checked_at.getTime());
  return {
    installation: live ? { suspended: live.suspended } : null,
    installationIds: installations.map(({ installation_id }) => installation_id),
    totals: totals.map(({ entity, stored, total, missing }) => ({ entity, stored, total, missing })),
    checkedAt: times.length > 0 ? new Date(Math.max(...times)) : null,
    listUnread: unreadLists.length > 0,
    states,
  };
}

export interface DeliveryScanRow {
  readonly started_at: Date;
  readonly finished_at: Date | null;
  readonly covers_from: Date;
  readonly listed: number;
  readonly recovered: number;
  readonly lost: number;
}

export interface DeliveryHealth {
  readonly lastWebhookAt: Date | null;
  readonly dead: number;
  readonly lost: number;
  readonly scan: DeliveryScanRow | null;
}

/** Of the instance's own tables. */
export async function findDeliveryHealth(
  db: Database,
  { tenantId, installationIds }: { tenantId: number; installationIds: readonly number[] },
): Promise<DeliveryHealth> {
  const { rows } = await sql<{ last: Date | null; dead: number; lost: number }>`
    select
      (select received_at from deliveries where tenant_id = ${tenantId} order by delivery_id desc limit 1) as last,
      (select count(*) from deliveries where tenant_id = ${tenantId} and state = 'dead') as dead,
      (select count(*) from lost_deliveries l where l.installation_id = any(${installationIds}::bigint[])
        and not exists (select from deliveries d where d.guid = l.guid)) as lost`.execute(db);
  const { rows: scans } = await sql<DeliveryScanRow>`
    select started_at, finished_at, covers_from, listed, recovered, lost
    from hook_delivery_scans order by scan_id desc limit 1`.execute(db);
  const { last = null, dead = 0, lost = 0 } = rows[0] ?? {};
  return { lastWebhookAt: last, dead, lost, scan: scans[0] ?? null };
}
