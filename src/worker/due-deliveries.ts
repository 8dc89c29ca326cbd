import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';

export interface DueDelivery {
  readonly delivery_id: number;
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly received_at: Date;
  readonly attempts: number;
  /** Null until it was read for the first time. */
  readonly tenant_id: number | null;
  /** The raw body, compressed with zstd. */
  readonly body: Buffer;
}

export interface DueDeliveries {
  readonly deliveries: readonly DueDelivery[];
  /** Whether more were due than fitted. */
  readonly more: boolean;
}

const MOST_DELIVERIES = 500;
/** Compressed, and all of a batch are in memory at once; only one at a time is uncompressed, to at most 25 MB. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Locks the oldest due deliveries that no other worker holds, as many as one batch takes, and reads them. */
export async function lockDueDeliveries(trx: Trx): Promise<DueDeliveries> {
  const { rows: due } = await sql<{ delivery_id: number; bytes: number }>`
    select delivery_id, octet_length(body) as bytes from deliveries
    where state = 'pending' and due_at <= now()
    order by delivery_id limit ${MOST_DELIVERIES} for update skip locked`.execute(trx);
  let bytes = 0;
  const fitting = due.filter((row, index) => (bytes += row.bytes) <= MOST_BYTES || index === 0);
  if (fitting.length === 0) return { deliveries: [], more: false };
  const { rows: deliveries } = await sql<DueDelivery>`
    select delivery_id, guid, event, action, received_at, attempts, tenant_id, body from deliveries
    where delivery_id = any(${fitting.map((row) => row.delivery_id)}::bigint[]) order by delivery_id`.execute(trx);
  return { deliveries, more: fitting.length < due.length || due.length === MOST_DELIVERIES };
}
