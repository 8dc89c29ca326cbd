import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';

/**
 * One writer of a tenant's facts at a time, to the end of the transaction: who is whose email depends on rows that
 * another batch may not have committed, and a purge must not meet a reinstall.
 */
export async function lockFacts(trx: Trx, tenantId: number): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('shiplog facts'), hashint8(${tenantId}))`.execute(trx);
}
