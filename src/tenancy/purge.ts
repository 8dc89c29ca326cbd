import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { enterTenant, leaveTenant, nameTenant, type Trx } from '../../db/tenant.ts';
import { ConflictError } from '../errors.ts';
import { lockFacts } from '../facts/lock-facts.ts';
import {
  addToReceipt,
  closeReceipt,
  closeRevived,
  getReceipt,
  openReceipt,
  type PurgeReceipt,
  type StoredReceipt,
} from './purge-receipt.ts';
import { listTenantTables, type TenantTable } from './tenant-tables.ts';
import { findUninstalled, type Uninstalled } from './uninstalled.ts';

/** Rows in one transaction: some tenths of a second, in which no fact of the tenant is written. */
const BATCH = 5_000;
/** They say that the account is gone, and that its purge is not done: so they go last, together. */
const LAST = new Set(['installations', 'tenants']);
/** A tenant that is revived in the middle of its purge has lost its cursors, too, and is backfilled anew. */
const FIRST = new Set(['sync_cursors']);

/**
 * Removes every row of an account that has no installation, in batches. Each batch looks again, under the lock that an
 * installation's fact needs: what is installed again is not touched any more.
 * @returns undefined when there was nothing to do: the account is installed
 */
export async function purgeTenant(
  db: Database,
  tenantId: number,
  { batch = BATCH }: { batch?: number } = {},
): Promise<PurgeReceipt | undefined> {
  const purgeId = await unlessInstalled(db, tenantId, (trx, uninstalled) => openReceipt(trx, tenantId, uninstalled));
  if (purgeId === 'revived') {
    await closeRevived(db, tenantId);
    return undefined;
  }
  const tables = await listTenantTables(db);
  for (const table of inPurgeOrder(tables)) {
    for (let deleted = batch; deleted >= batch; ) {
      const count = await unlessInstalled(db, tenantId, (trx) => deleteBatch(trx, { table, tenantId, purgeId, batch }));
      if (count === 'revived') return closeReceipt(db, purgeId, 'revived');
      deleted = count;
    }
  }
  const receipt = await unlessInstalled(db, tenantId, async (trx, uninstalled) => {
    await deleteLost(trx, { purgeId, installationIds: uninstalled.installationIds });
    // What was written since its table was emptied, then what said that there was something to purge.
    for (const table of tables) await deleteBatch(trx, { table, tenantId, purgeId, batch: undefined });
    return closeReceipt(trx, purgeId, 'done');
  });
  return receipt === 'revived' ? closeReceipt(db, purgeId, 'revived') : receipt;
}

/**
 * Promises a purge: its receipt is there, and `send` is called in the same transaction.
 * @throws ConflictError when the App is installed
 */
export async function requestPurge(
  db: Database,
  tenantId: number,
  send: (trx: Trx) => Promise<void>,
): Promise<StoredReceipt> {
  const receipt = await unlessInstalled(db, tenantId, async (trx, uninstalled) => {
    const purgeId = await openReceipt(trx, tenantId, uninstalled);
    await send(trx);
    return getReceipt(trx, purgeId);
  });
  if (receipt !== 'revived') return receipt;
  throw new ConflictError('The GitHub App is installed: uninstall it on GitHub first, or what is removed comes back.');
}

/** One transaction under the tenant's lock, in the role of the instance, unless the app is installed (again). */
function unlessInstalled<T>(
  db: Database,
  tenantId: number,
  work: (trx: Trx, uninstalled: Uninstalled) => Promise<T>,
): Promise<T | 'revived'> {
  return db.transaction().execute(async (trx) => {
    await lockFacts(trx, tenantId);
    await enterTenant(trx, tenantId);
    const uninstalled = await findUninstalled(trx, tenantId);
    await leaveTenant(trx);
    return uninstalled ? work(trx, uninstalled) : 'revived';
  });
}

interface Batch {
  readonly table: TenantTable;
  readonly tenantId: number;
  readonly purgeId: number;
  /** Undefined: all of them. */
  readonly batch: number | undefined;
}

async function deleteBatch(trx: Trx, { table: { name, role }, tenantId, purgeId, batch }: Batch): Promise<number> {
  await (role === 'shiplog_app' ? enterTenant(trx, tenantId) : nameTenant(trx, tenantId));
  const table = sql.table(name);
  // A delivery that is to be applied (again) came after the uninstall, or is the reinstall.
  const which =
    name === 'deliveries' ? sql`tenant_id = ${tenantId} and state <> 'pending'` : sql`tenant_id = ${tenantId}`;
  const some = sql`and (tableoid, ctid) in (select tableoid, ctid from ${table} where ${which} limit ${batch})`;
  const { numAffectedRows } = await sql`delete from ${table} where ${which} ${batch ? some : sql``}`.execute(trx);
  await leaveTenant(trx);
  const count = Number(numAffectedRows ?? 0);
  await addToReceipt(trx, purgeId, { table: name, count });
  return count;
}

/** They have no tenant, and are few. */
async function deleteLost(
  trx: Trx,
  { purgeId, installationIds }: { purgeId: number; installationIds: readonly number[] },
): Promise<void> {
  const { numAffectedRows } = await sql`
    delete from lost_deliveries where installation_id = any(${installationIds}::bigint[])`.execute(trx);
  await addToReceipt(trx, purgeId, { table: 'lost_deliveries', count: Number(numAffectedRows ?? 0) });
}

function inPurgeOrder(tables: readonly TenantTable[]): readonly TenantTable[] {
  const first = tables.filter(({ name }) => FIRST.has(name));
  return [...first, ...tables.filter(({ name }) => !FIRST.has(name) && !LAST.has(name))];
}
