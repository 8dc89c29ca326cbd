import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import type { Trx } from '../../db/tenant.ts';
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

/** Whether the account was purged before: what came of it since is a remnant. */
export async function wasPurged(db: Database, tenantId: number): Promise<boolean> {
  const { rows } = await sql`
    select from purges where account_id = ${tenantId} and state = 'done' limit 1`.execute(db);
  return rows.length > 0;
}
