import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';

export interface DeliveryStates {
  readonly stored: number;
  readonly applied: number;
  /** Dead, held and ignored ones, each with what was said about it. */
  readonly others: readonly { readonly guid: string; readonly state: string; readonly error: string | null }[];
}

export interface SettleOptions {
  readonly guids: readonly string[];
  readonly onProgress: (settled: number) => void;
  /** For how long nothing may happen while deliveries wait that no worker has touched. */
  readonly patienceMs?: number;
}

const CHUNK = 5_000;
const POLL_MS = 100;
const PATIENCE_MS = 60_000;

/**
 * Waits until every delivery has been applied, or given up.
 * @throws Error when no worker applies them
 */
export async function waitUntilSettled(db: Database, options: SettleOptions): Promise<DeliveryStates> {
  let stored = 0;
  let applied = 0;
  const others: DeliveryStates['others'][number][] = [];
  for (let start = 0; start < options.guids.length; start += CHUNK) {
    const guids = options.guids.slice(start, start + CHUNK);
    await waitForChunk(db, { ...options, guids, onProgress: (settled) => options.onProgress(start + settled) });
    const rows = await sql<{ guid: string; state: string; error: string | null }>`
      select guid, state, error from deliveries where guid = any(${guids}::uuid[])`.execute(db);
    for (const row of rows.rows) {
      stored += 1;
      if (row.state === 'applied') applied += 1;
      else others.push(row);
    }
  }
  return { stored, applied, others };
}

async function waitForChunk(db: Database, { guids, onProgress, patienceMs = PATIENCE_MS }: SettleOptions) {
  let changedAt = Date.now();
  let before = guids.length;
  for (;;) {
    const { rows } = await sql<{ pending: number; untouched: number }>`
      select count(*) as pending, count(*) filter (where attempts = 0) as untouched
      from deliveries where guid = any(${guids}::uuid[]) and state = 'pending'`.execute(db);
    const { pending = 0, untouched = 0 } = rows[0] ?? {};
    onProgress(guids.length - pending);
    if (pending === 0) return;
    if (pending !== before || untouched === 0) changedAt = Date.now();
    before = pending;
    if (Date.now() - changedAt > patienceMs) {
      throw new Error(
        `${untouched} deliveries are stored and wait, but nothing applies them. ` +
          'Start Shiplog with SHIPLOG_ROLE=all, or a second one with SHIPLOG_ROLE=worker.',
      );
    }
    await sleep(POLL_MS);
  }
}

/** Whether the database at hand is the one in which a delivery was stored. */
export async function hasDelivery(db: Database, guid: string): Promise<boolean> {
  const { rows } = await sql`select from deliveries where guid = ${guid}`.execute(db);
  return rows.length > 0;
}
