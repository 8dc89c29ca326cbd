import { zstdCompressSync } from 'node:zlib';
import type { Database } from '../../db/connection.ts';

interface StoredDelivery {
  guid: string;
  event?: string;
  action?: string | null;
  tenantId?: number | null;
  state?: string;
  attempts?: number;
  error?: string | null;
  payload?: object;
  /** Instead of a payload: as GitHub wrote it. */
  text?: string;
}

/** Stores a delivery as intake and the worker have left it. */
export async function insertDelivery(db: Database, delivery: StoredDelivery): Promise<void> {
  const {
    guid,
    event = 'push',
    action = null,
    tenantId = null,
    state = 'applied',
    attempts = 1,
    error = null,
  } = delivery;
  const body = zstdCompressSync(delivery.text ?? JSON.stringify(delivery.payload ?? {}));
  await db
    .insertInto('deliveries')
    .values({ guid, event, action, tenant_id: tenantId, state, attempts, error, body, due_at: '2026-01-01T00:00:00Z' })
    .execute();
}
