import { sql } from 'kysely';
import { z } from 'zod';
import type { Trx } from '../../db/tenant.ts';
import { weekStarts } from '../metrics/query/periods.ts';
import { type Actor, recordAudit } from './audit-log.ts';

/** GitHub gives its deliveries again for up to a week; what came twice must still be known as that. */
const LEAST_RETENTION_DAYS = 14;
/** Whoever may change the settings must not be able to hide at once what they have done. */
const LEAST_AUDIT_DAYS = 90;

/** What an organization sets beside what its metrics count. */
export const tenantSettings = z.strictObject({
  week_start: z.enum(weekStarts),
  /** For how long deliveries that were applied, or ignored, are kept; null: for ever. */
  delivery_retention_days: z.int().min(LEAST_RETENTION_DAYS).max(36_500).nullable(),
  /** For how long entries of the audit log are kept; null: for ever. */
  audit_retention_days: z.int().min(LEAST_AUDIT_DAYS).max(36_500).nullable(),
});
export type TenantSettings = z.output<typeof tenantSettings>;

export const defaultSettings: TenantSettings = {
  week_start: 'monday',
  delivery_retention_days: null,
  audit_retention_days: null,
};

interface VersionedSettings {
  readonly settings: TenantSettings;
  /** 0: nothing was ever set. */
  readonly version: number;
}

export async function getTenantSettings(trx: Trx, tenantId: number): Promise<VersionedSettings> {
  const { rows } = await sql<{ settings: object; version: number }>`
    select settings, version from tenant_settings where tenant_id = ${tenantId}`.execute(trx);
  const { settings, version } = rows[0] ?? { settings: {}, version: 0 };
  return { settings: tenantSettings.parse({ ...defaultSettings, ...settings }), version };
}

interface Change {
  readonly settings: TenantSettings;
  readonly actor: Actor;
  /** The organization's login. */
  readonly target: string;
}

/** @param trx with the tenant's definitions locked */
export async function saveTenantSettings(trx: Trx, tenantId: number, change: Change): Promise<void> {
  const { settings: after, actor, target } = change;
  const { settings: before } = await getTenantSettings(trx, tenantId);
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  await sql`
    insert into tenant_settings as t (tenant_id, settings, version) values (${tenantId}, ${JSON.stringify(after)}, 1)
    on conflict (tenant_id) do update set settings = excluded.settings, version = t.version + 1, saved_at = now()`.execute(
    trx,
  );
  await recordAudit(trx, { tenantId, actor, action: 'settings.change', target, before, after });
}
