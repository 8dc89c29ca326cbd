import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import type { Trx } from '../../db/tenant.ts';
import { NotFoundError } from '../errors.ts';
import type { Uninstalled } from './uninstalled.ts';

/** What a purge removed. */
export interface PurgeReceipt {
  readonly tenantId: number;
  /** `revived`: the app was installed again in the meantime, and the rest was left. */
  readonly state: 'done' | 'revived';
  /** Rows by table. */
  readonly rows: Readonly<Record<string, number>>;
}

/** Starts a receipt, or goes on with the one of a purge that was interrupted. All in the role of the instance. */
export async function openReceipt(trx: Trx, tenantId: number, uninstalled: Uninstalled): Promise<number> {
  const { installationIds, uninstalledAt } = uninstalled;
  const { rows } = await sql<{ purge_id: number }>`
    insert into purges (account_id, installation_ids, uninstalled_at)
    values (${tenantId}, ${installationIds}, coalesce(${uninstalledAt}, now()))
    on conflict (account_id) where state = 'running' do update set installation_ids = excluded.installation_ids
    returning purge_id`.execute(trx);
  const [row] = rows;
  if (!row) throw new Error('an upsert returns its row');
  return row.purge_id;
}

export async function addToReceipt(
  trx: Trx,
  purgeId: number,
  { table, count }: { table: string; count: number },
): Promise<void> {
  if (count === 0) return;
  await sql`
    update purges set rows = rows || jsonb_build_object(${table}::text, coalesce((rows ->> ${table})::bigint, 0) + ${count})
    where purge_id = ${purgeId}`.execute(trx);
}

export async function closeReceipt(trx: Trx, purgeId: number, state: PurgeReceipt['state']): Promise<PurgeReceipt> {
  const { rows } = await sql<PurgeReceipt>`
    update purges set state = ${state}, finished_at = now() where purge_id = ${purgeId}
    returning account_id as "tenantId", state, rows`.execute(trx);
  const [receipt] = rows;
  if (!receipt) throw new Error(`there is no purge ${purgeId}`);
  return receipt;
}

/** Of a purge that was promised, and whose account has the App again. */
export async function closeRevived(db: Database, tenantId: number): Promise<void> {
  await sql`
    update purges set state = 'revived', finished_at = now()
    where account_id = ${tenantId} and state = 'running'`.execute(db);
}

/** A receipt as it is kept. */
export interface StoredReceipt {
  readonly purge_id: number;
  readonly account_id: number;
  readonly state: 'running' | PurgeReceipt['state'];
  readonly rows: PurgeReceipt['rows'];
  readonly uninstalled_at: Date;
  readonly started_at: Date;
  readonly finished_at: Date | null;
}

/** The latest first. */
export async function listReceipts(
  db: Database,
  { limit, before }: { limit: number; before: number | undefined },
): Promise<StoredReceipt[]> {
  return selectReceipts(db, {
    where: before === undefined ? sql`true` : sql`purge_id < ${before}::bigint`,
    limit,
  });
}

/** @throws NotFoundError */
export async function getReceipt(db: Trx, purgeId: number): Promise<StoredReceipt> {
  const [receipt] = await selectReceipts(db, { where: sql`purge_id = ${purgeId}::bigint`, limit: 1 });
  if (!receipt) throw new NotFoundError(`There is no purge ${purgeId}.`);
  return receipt;
}

async function selectReceipts(
  db: Trx,
  { where, limit }: { where: RawBuilder<unknown>; limit: number },
): Promise<StoredReceipt[]> {
  const { rows } = await sql<StoredReceipt>`
    select purge_id, account_id, state, rows, uninstalled_at, started_at, finished_at from purges
    where ${where} order by purge_id desc limit ${limit}`.execute(db);
  return rows;
}

/** Whether the account was purged before: what came of it since is a remnant. */
export async function wasPurged(db: Database, tenantId: number): Promise<boolean> {
  const { rows } = await sql`
    select from purges where account_id = ${tenantId} and state = 'done' limit 1`.execute(db);
  return rows.length > 0;
}
