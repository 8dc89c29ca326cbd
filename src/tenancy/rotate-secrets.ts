import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { type Trx, withTenant } from '../../db/tenant.ts';
import { type Keyring, SealedValueError } from '../encryption.ts';
import { NO_TENANT } from './idempotency-keys.ts';

interface SealedColumn {
  readonly table: string;
  /** Of its primary key, what stands beside `tenant_id`: a text. */
  readonly key: string;
  readonly column: string;
}

/** Everything that is encrypted; a test finds a column that is, and is not here. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'idempotency_keys', key: 'key_hash', column: 'answer' },
];

const BATCH = 500;

export interface Rotation {
  readonly keyId: string;
  /** Values that are encrypted with the first key since. */
  readonly encrypted: number;
  /** Values that no key opens; they stay, and so does the need for their key. */
  readonly unreadable: number;
  /** Keys that nothing needs any more. */
  readonly retired: readonly string[];
}

/** Encrypts with the first key what another one has encrypted. It may be interrupted, and run beside a Shiplog at work. */
export async function rotateSecrets(db: Database, keyring: Keyring): Promise<Rotation> {
  const { rows } = await sql<{ tenant_id: number }>`select tenant_id from tenants order by tenant_id`.execute(db);
  let [encrypted, unreadable] = [0, 0];
  for (const tenantId of [NO_TENANT, ...rows.map(({ tenant_id }) => tenant_id)]) {
    for (const sealed of sealedColumns) {
      const done = await rotateColumn(db, keyring, { tenantId, sealed });
      encrypted += done.encrypted;
      unreadable += done.unreadable;
    }
  }
  const retired = unreadable > 0 ? [] : await retireKeys(db, keyring);
  return { keyId: keyring.keyId, encrypted, unreadable, retired };
}

interface Place {
  readonly tenantId: number;
  readonly sealed: SealedColumn;
}

async function rotateColumn(db: Database, keyring: Keyring, place: Place) {
  let [encrypted, unreadable, after] = [0, 0, ''];
  for (let more = true; more; ) {
    const batch = await withTenant(db, place.tenantId, (trx) => rotateBatch(trx, keyring, { ...place, after }));
    encrypted += batch.encrypted;
    unreadable += batch.unreadable;
    more = batch.last !== undefined;
    after = batch.last ?? after;
  }
  return { encrypted, unreadable };
}

interface Row {
  readonly key: string;
  readonly value: Buffer;
}

async function rotateBatch(
  trx: Trx,
  keyring: Keyring,
  { tenantId, sealed, after }: Place & { readonly after: string },
) {
  const { table, key, column } = sealed;
  const value = sql.ref(column);
  // The id of the key stands behind the byte of the format.
  const { rows } = await sql<Row>`
    select ${sql.ref(key)} as key, ${value} as value from ${sql.table(table)}
    where tenant_id = ${tenantId} and ${sql.ref(key)} > ${after} and ${value} is not null
      and substring(${value} from 2 for 8) <> decode(${keyring.keyId}, 'hex')
    order by ${sql.ref(key)} limit ${BATCH} for update`.execute(trx);
  const place = { tenantId, column: `${table}.${column}` };
  const fresh = rows.flatMap((row) => resealed(keyring, row, place));
  if (fresh.length > 0) {
    await sql`
      update ${sql.table(table)} t set ${value} = fresh.value
      from unnest(${fresh.map((row) => row.key)}::text[], ${fresh.map((row) => row.value)}::bytea[]) fresh (key, value)
      where t.tenant_id = ${tenantId} and t.${sql.ref(key)} = fresh.key`.execute(trx);
  }
  return { encrypted: fresh.length, unreadable: rows.length - fresh.length, last: rows.at(-1)?.key };
}

function resealed(keyring: Keyring, { key, value }: Row, place: Parameters<Keyring['open']>[1]): readonly Row[] {
  try {
    return [{ key, value: keyring.seal(keyring.open(value, place), place) }];
  } catch (error) {
    if (error instanceof SealedValueError) return [];
    throw error;
  }
}

async function retireKeys(db: Database, keyring: Keyring): Promise<readonly string[]> {
  const { rows } = await sql<{ key_id: string }>`
    delete from encryption_keys where key_id <> ${keyring.keyId} returning key_id`.execute(db);
  return rows.map(({ key_id }) => key_id);
}
