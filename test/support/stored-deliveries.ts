import { randomUUID } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../db/connection.ts';

export interface StoredDelivery {
  readonly guid?: string;
  readonly event: string;
  readonly payload: unknown;
  readonly receivedAt?: string;
}

/** Stores a pending delivery as intake does, without waking a worker. @returns its GUID */
export async function storeDelivery(db: Database, delivery: StoredDelivery): Promise<string> {
  const { guid = randomUUID(), event, payload, receivedAt = '2026-03-02T00:00:00Z' } = delivery;
  const action = z.object({ action: z.string() }).safeParse(payload).data?.action ?? null;
  const body = zstdCompressSync(JSON.stringify(payload));
  await sql`
    insert into deliveries (guid, event, action, received_at, body)
    values (${guid}, ${event}, ${action}, ${receivedAt}, ${body}) on conflict (guid) do nothing`.execute(db);
  return guid;
}

export interface DeliveryRow {
  readonly guid: string;
  readonly state: string;
  readonly attempts: number;
  readonly error: string | null;
  readonly tenant_id: number | null;
  readonly due_at: Date;
}

export async function readDelivery(db: Database, guid: string): Promise<DeliveryRow | undefined> {
  const { rows } = await sql<DeliveryRow>`
    select guid, state, attempts, error, tenant_id, due_at from deliveries where guid = ${guid}`.execute(db);
  return rows[0];
}
