import { sql } from 'kysely';
import type { Database } from '../../../db/connection.ts';
import type { Trx } from '../../../db/tenant.ts';
import { entities } from '../../sync/entity.ts';
import { NO_REPOSITORY, type SyncCursor } from '../../sync/sync-cursor.ts';
import { type KnownRepository, listRepositoryPage, type RepositoryPage } from './repository-page.ts';

export interface SyncRow {
  readonly sync_id: number;
  readonly reason: 'installation' | 'repositories' | 'unsuspend' | 'permissions' | 'request' | 'reconciliation';
  readonly requested_by: string | null;
  readonly requested_at: Date;
  readonly state: 'running' | 'done' | 'failed' | 'cancelled';
  readonly finished_at: Date | null;
  readonly error: string | null;
  /** By name; null: all. */
  readonly repositories: readonly string[] | null;
}

const MOST_SYNCS = 10;

/** Those that run, and the latest others. */
export async function listSyncs(trx: Trx, tenantId: number, syncId?: number): Promise<SyncRow[]> {
  const { rows } = await sql<SyncRow>`
    select sync_id, reason, requested_by, requested_at, state, finished_at, error,
      case when repository_ids is not null then array(
        select coalesce(full_name, r.repository_id::text) from repositories r
        where r.tenant_id = ${tenantId} and r.repository_id = any(repository_ids) order by 1) end as repositories
    from syncs where tenant_id = ${tenantId} and ${syncId === undefined ? sql`true` : sql`sync_id = ${syncId}`}
    order by state = 'running' desc, sync_id desc limit ${MOST_SYNCS}`.execute(trx);
  return rows;
}

export type CursorRow = SyncCursor & { readonly updated_at: Date };

export interface SyncedRepository extends KnownRepository {
  readonly cursors: readonly CursorRow[];
}

interface RepositoriesQuery extends RepositoryPage {
  /** Only those that are not done. */
  readonly unfinished?: boolean;
}

/** By name; one more than `limit`, if there are more. */
export async function listSyncedRepositories(
  trx: Trx,
  tenantId: number,
  { unfinished = false, ...page }: RepositoriesQuery,
): Promise<SyncedRepository[]> {
  const where = sql`exists (select from sync_cursors c
    where c.tenant_id = ${tenantId} and c.repository_id = r.repository_id
      and ${unfinished ? sql`c.state not in ('done', 'gone')` : sql`true`})`;
  const rows = await listRepositoryPage(trx, tenantId, { ...page, where });
  const ids = rows.map((row) => row.repository_id);
  const cursors = Map.groupBy(await listCursors(trx, tenantId, ids), (cursor) => cursor.repository_id);
  return rows.map(({ repository_id, full_name, position }) => {
    return { repository_id, full_name, position, cursors: cursors.get(repository_id) ?? [] };
  });
}

async function listCursors(trx: Trx, tenantId: number, repositoryIds: readonly number[]): Promise<CursorRow[]> {
  const { rows } = await sql<CursorRow>`
    select * from sync_cursors where tenant_id = ${tenantId} and repository_id = any(${repositoryIds}::bigint[])
    order by repository_id, array_position(${entities}::text[], entity)`.execute(trx);
  return rows;
}

export interface TotalsRow {
  readonly done: number;
  readonly total: number | null;
  /** Whether the list of the installation's repositories is still to be read, what is recent, and the rest. */
  readonly list: boolean;
  readonly recent: boolean;
  readonly rest: boolean;
  /** How many could not be read. */
  readonly failed: number;
  readonly forbidden: number;
}

/** Of all repositories: what `progressOf` says of each cursor, in one statement. */
export async function findTotals(trx: Trx, tenantId: number): Promise<TotalsRow> {
  const { rows } = await sql<TotalsRow>`
    select coalesce(sum(items), 0)::bigint as done,
      case when not coalesce(bool_or(open and (total is null or floor is not null)), false)
        then coalesce(sum(case when open then greatest(total, items) else items end), 0)::bigint end as total,
      coalesce(bool_or(open and phase = 'recent'), false) as recent,
      coalesce(bool_or(open and phase = 'rest'), false) as rest,
      count(*) filter (where state = 'failed') as failed, count(*) filter (where state = 'forbidden') as forbidden,
      exists (select from sync_cursors where tenant_id = ${tenantId} and repository_id = ${NO_REPOSITORY}
        and state in ('pending', 'running')) as list
    from (select *, state in ('pending', 'running') as open from sync_cursors
      where tenant_id = ${tenantId} and repository_id <> ${NO_REPOSITORY}) c`.execute(trx);
  const [row] = rows;
  if (!row) throw new Error('a query of aggregates has one row');
  return row;
}

export interface TurnRow {
  readonly now: Date;
  readonly due_at: Date | null;
  readonly waiting: 'rate_limit' | 'suspended' | null;
  readonly minute: Date | null;
  readonly minute_items: number;
  readonly last_minute_items: number;
}

/** @param db as the instance */
export async function findTurn(db: Database | Trx, tenantId: number): Promise<TurnRow | undefined> {
  const { rows } = await sql<TurnRow>`
    select now(), due_at, waiting, minute, minute_items, last_minute_items
    from sync_turns where tenant_id = ${tenantId}`.execute(db);
  return rows[0];
}
