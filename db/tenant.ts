import { sql, type Transaction } from 'kysely';
import type { Database } from './connection.ts';
import type { DB } from './types.ts';

/** A transaction, or a connection inside one. */
export type Trx = Transaction<DB> | Database;

/**
 * Runs `work` in a transaction that sees the rows of one tenant and no other.
 * @param tenantId the account's id on GitHub
 */
export function withTenant<T>(db: Database, tenantId: number, work: (trx: Trx) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (trx) => {
    await enterTenant(trx, tenantId);
    return work(trx);
  });
}

/** Narrows the transaction at hand to one tenant; `leaveTenant` widens it again. */
export async function enterTenant(trx: Trx, tenantId: number): Promise<void> {
  if (!Number.isSafeInteger(tenantId)) throw new TypeError(`not a tenant id: ${tenantId}`);
  // SET LOCAL, as a statement of its own: Citus does not carry set_config() to its workers.
  await sql.raw(`set local role shiplog_app; set local app.tenant_id = '${tenantId}'`).execute(trx);
}

/**
 * Hides every row of other repositories from the rest of the transaction, inside a tenant; rows of the organization as a
 * whole, whose repository is 0, stay.
 */
export async function narrowToRepositories(trx: Trx, repositoryIds: readonly number[]): Promise<void> {
  if (!repositoryIds.every(Number.isSafeInteger)) throw new TypeError('not ids of repositories');
  const list = ['', 0, ...repositoryIds, ''].join(',');
  await sql.raw(`set local role shiplog_person; set local app.repositories = '${list}'`).execute(trx);
}

/** Ends `narrowToRepositories`, for what counts over the whole tenant. */
export async function widenToTenant(trx: Trx): Promise<void> {
  await sql.raw('set local role shiplog_app').execute(trx);
}

/**
 * Names a tenant in the role of the instance: what only a purge may remove, it sees for this tenant alone. `leaveTenant`
 * ends it.
 */
export async function nameTenant(trx: Trx, tenantId: number): Promise<void> {
  if (!Number.isSafeInteger(tenantId)) throw new TypeError(`not a tenant id: ${tenantId}`);
  await sql.raw(`set local app.tenant_id = '${tenantId}'`).execute(trx);
}

export async function leaveTenant(trx: Trx): Promise<void> {
  await sql.raw(`set local app.tenant_id = ''; set local role shiplog_instance`).execute(trx);
}
