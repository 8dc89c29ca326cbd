import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { enterTenant, leaveTenant, nameTenant, type Trx, withTenant } from '../../db/tenant.ts';
import { recordAudit } from './audit-log.ts';
import { getTenantSettings } from './tenant-settings.ts';

const DAY_MS = 86_400_000;
const RETENTION = { name: 'retention', address: null, userAgent: null };

/**
 * Removes the entries that are older than the tenant keeps them. The hash of the last of them stays, and the chain goes on
 * from it. @returns how many
 */
export async function pruneAuditLog(db: Database, tenantId: number, now = new Date()): Promise<number> {
  return withTenant(db, tenantId, async (trx) => {
    const { settings } = await getTenantSettings(trx, tenantId);
    const { audit_retention_days: days } = settings;
    if (days === null) return 0;
    const last = await findLast(trx, tenantId, new Date(now.getTime() - days * DAY_MS));
    if (!last) return 0;
    const entries = await removeUpTo(trx, tenantId, last);
    const after = { entries, up_to: last.entry_id, hash: last.hash.toString('hex') };
    await recordAudit(trx, {
      tenantId,
      actor: RETENTION,
      action: 'audit_log.prune',
      target: 'audit log',
      before: null,
      after,
    });
    return entries;
  });
}

interface Last {
  readonly entry_id: number;
  readonly hash: Buffer;
}

async function findLast(trx: Trx, tenantId: number, before: Date): Promise<Last | undefined> {
  const { rows } = await sql<Last>`
    select entry_id, hash from audit_log where tenant_id = ${tenantId} and at < ${before}
    order by entry_id desc limit 1`.execute(trx);
  return rows[0];
}

async function removeUpTo(trx: Trx, tenantId: number, { entry_id: id, hash }: Last): Promise<number> {
  await leaveTenant(trx);
  await nameTenant(trx, tenantId);
  await sql`
    update audit_chains set pruned_to = ${id}, pruned_hash = ${hash}, pruned_at = now()
    where tenant_id = ${tenantId}`.execute(trx);
  const { numAffectedRows } = await sql`
    delete from audit_log where tenant_id = ${tenantId} and entry_id <= ${id}`.execute(trx);
  await leaveTenant(trx);
  await enterTenant(trx, tenantId);
  return Number(numAffectedRows ?? 0);
}
