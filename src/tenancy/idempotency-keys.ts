import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';

/** Of an operation that is of no organization. */
export const NO_TENANT = 0;
/** For how long a key is remembered. */
const KEPT_HOURS = 24;
/** Longer than any request takes: after it, whoever had begun is not there any more. */
const ABANDONED_S = 60;

/** What is known of a key. */
export type KnownKey =
  | { readonly state: 'new' | 'in_flight' | 'other_request' }
  | { readonly state: 'done'; readonly status: number; readonly answer: Buffer | null };

interface Key {
  readonly keyHash: string;
  readonly requestHash: string;
}

interface Row {
  readonly request_hash: string;
  readonly status: number | null;
  readonly answer: Buffer | null;
}

/** Takes a key, in a transaction of its own: of two at the same time, one has it. */
export async function takeKey(trx: Trx, tenantId: number, { keyHash, requestHash }: Key): Promise<KnownKey> {
  const taken = await sql`
    insert into idempotency_keys as k (tenant_id, key_hash, request_hash) values (${tenantId}, ${keyHash}, ${requestHash})
    on conflict (tenant_id, key_hash) do update
      set request_hash = excluded.request_hash, status = null, answer = null, created_at = now()
    where k.created_at < now() - make_interval(hours => ${KEPT_HOURS})
      or k.status is null and k.request_hash = excluded.request_hash
        and k.created_at < now() - make_interval(secs => ${ABANDONED_S})
    returning key_hash`.execute(trx);
  if (taken.rows.length > 0) return { state: 'new' };
  const { rows } = await sql<Row>`
    select request_hash, status, answer from idempotency_keys
    where tenant_id = ${tenantId} and key_hash = ${keyHash}`.execute(trx);
  const [row] = rows;
  if (row && row.request_hash !== requestHash) return { state: 'other_request' };
  if (!row || row.status === null) return { state: 'in_flight' };
  return { state: 'done', status: row.status, answer: row.answer };
}

interface Answer {
  readonly status: number;
  /** Null: it can not be kept. */
  readonly answer: Buffer | null;
}

export async function keepAnswer(
  trx: Trx,
  tenantId: number,
  keyHash: string,
  { status, answer }: Answer,
): Promise<void> {
  await sql`
    update idempotency_keys set status = ${status}, answer = ${answer}
    where tenant_id = ${tenantId} and key_hash = ${keyHash}`.execute(trx);
}

/** It was not done: whoever asks again may have it done. */
export async function giveBackKey(trx: Trx, tenantId: number, keyHash: string): Promise<void> {
  await sql`
    delete from idempotency_keys where tenant_id = ${tenantId} and key_hash = ${keyHash}`.execute(trx);
}

export async function forgetKeys(trx: Trx, tenantId: number): Promise<void> {
  await sql`
    delete from idempotency_keys
    where tenant_id = ${tenantId} and created_at < now() - make_interval(hours => ${KEPT_HOURS})`.execute(trx);
}
