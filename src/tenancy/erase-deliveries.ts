import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { enterTenant, leaveTenant, type Trx } from '../../db/tenant.ts';
import { type ErasedPeople, readErasedPeople } from '../facts/erased-people.ts';
import { eraseFromPayload } from './erase-payload.ts';

/** Bodies in memory at a time. */
const BATCH = 200;

/**
 * Rewrites the stored deliveries of a tenant in which erased people stand: all of them after an erasure, later those
 * that have come since. @returns how many it has changed
 */
export async function eraseFromDeliveries(db: Database, tenantId: number, signal: AbortSignal): Promise<number> {
  let changed = 0;
  for (let more = true; more && !signal.aborted; ) {
    const batch = await db.transaction().execute((trx) => eraseBatch(trx, tenantId));
    changed += batch.changed;
    more = batch.more;
  }
  return changed;
}

async function eraseBatch(trx: Trx, tenantId: number): Promise<{ changed: number; more: boolean }> {
  const found = await findPlace(trx, tenantId);
  if (!found) return { changed: 0, more: false };
  const { rows } = await sql<{ delivery_id: number; body: Buffer }>`
    select delivery_id, body from deliveries
    where tenant_id = ${tenantId} and delivery_id > ${found.after}
      and delivery_id < coalesce((select min(delivery_id) from deliveries where state = 'pending'), ${Number.MAX_SAFE_INTEGER})
    order by delivery_id limit ${BATCH} for update`.execute(trx);
  let changed = 0;
  for (const { delivery_id: id, body } of rows) {
    const erased = eraseFromBody(body, found.people);
    if (!erased) continue;
    await sql`update deliveries set body = ${erased} where delivery_id = ${id}`.execute(trx);
    changed += 1;
  }
  const more = rows.length === BATCH;
  await noteProgress(trx, tenantId, { to: rows.at(-1)?.delivery_id ?? found.after, changed, more });
  return { changed, more };
}

interface Place {
  readonly after: number;
  readonly people: ErasedPeople;
}

async function findPlace(trx: Trx, tenantId: number): Promise<Place | undefined> {
  await enterTenant(trx, tenantId);
  const people = await readErasedPeople(trx, tenantId);
  const { rows } = await sql<{ after: number | null }>`
    select min(deliveries_to) as after from erased_people where tenant_id = ${tenantId}`.execute(trx);
  await leaveTenant(trx);
  const after = rows[0]?.after ?? null;
  return people && after !== null ? { after, people } : undefined;
}

interface Progress {
  readonly to: number;
  readonly changed: number;
  readonly more: boolean;
}

async function noteProgress(trx: Trx, tenantId: number, { to, changed, more }: Progress): Promise<void> {
  await enterTenant(trx, tenantId);
  await sql`
    update erased_people set deliveries_to = greatest(deliveries_to, ${to}),
      deliveries_changed = deliveries_changed + case when finished_at is null then ${changed}::bigint else 0 end,
      finished_at = case when ${more} then finished_at else coalesce(finished_at, now()) end
    where tenant_id = ${tenantId}`.execute(trx);
  await leaveTenant(trx);
}

/** @returns undefined when nobody erased stands in it, or it can not be read */
function eraseFromBody(body: Buffer, people: ErasedPeople): Buffer | undefined {
  const before = parseBody(body);
  const after = eraseFromPayload(before, people);
  const text = JSON.stringify(after);
  return text === JSON.stringify(before) ? undefined : zstdCompressSync(text);
}

/** What is no JSON was never applied, and is dead. */
function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(zstdDecompressSync(body).toString());
  } catch {
    return null;
  }
}
