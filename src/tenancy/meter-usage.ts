import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { isVisible } from '../facts/tracking.ts';

/** What is counted as it happens. */
export interface Metered {
  readonly deliveries?: number;
  /** As they are stored, compressed. */
  readonly deliveryBytes?: number;
  readonly checkRuns?: number;
}

/** Adds to the usage of the month in which it happened. @param trx inside `withTenant`, in the transaction of what is counted */
export async function meterUsage(trx: Trx, tenantId: number, at: Date, metered: Metered): Promise<void> {
  const { deliveries = 0, deliveryBytes = 0, checkRuns = 0 } = metered;
  await sql`
    insert into usage_months as u (tenant_id, month, deliveries, delivery_bytes, check_runs)
    values (${tenantId}, ${monthOf(at)}, ${deliveries}, ${deliveryBytes}, ${checkRuns})
    on conflict (tenant_id, month) do update set deliveries = u.deliveries + excluded.deliveries,
      delivery_bytes = u.delivery_bytes + excluded.delivery_bytes, check_runs = u.check_runs + excluded.check_runs`.execute(
    trx,
  );
}

/** Of the month at hand, the most that there was at once. @param trx inside `withTenant` */
export async function measureUsage(trx: Trx, tenantId: number, measured: { storageBytes?: number }): Promise<void> {
  await sql`
    insert into usage_months as u (tenant_id, month, repositories, members, storage_bytes, measured_at)
    select ${tenantId}::bigint, ${monthOf(new Date())}::date,
      (select count(*) from repositories where tenant_id = ${tenantId} and ${isVisible} and tracked),
      (select count(*) from members where tenant_id = ${tenantId} and removed_at is null),
      ${measured.storageBytes ?? 0}, now()
    on conflict (tenant_id, month) do update set repositories = greatest(u.repositories, excluded.repositories),
      members = greatest(u.members, excluded.members), measured_at = excluded.measured_at,
      storage_bytes = greatest(u.storage_bytes, excluded.storage_bytes)`.execute(trx);
}

/** In UTC, as in `2026-03-01`. */
export function monthOf(at: Date): string {
  return `${at.toISOString().slice(0, 7)}-01`;
}
