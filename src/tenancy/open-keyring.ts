import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import type { Config } from '../config.ts';
import { createKeyring, type Keyring, type Place, SealedValueError } from '../encryption.ts';
import { ConfigError } from '../errors.ts';
import { ensureSecret } from '../generated-secret.ts';

const PLACE: Place = { tenantId: null, column: 'encryption_keys.check_value' };
const CHECK = 'shiplog';

interface OpenOptions {
  readonly config: Pick<Config, 'encryptionKeys' | 'dataDir'>;
  /** Whether the database is; then a key is made where there is none. */
  readonly embedded: boolean;
}

/**
 * The keys that secrets at rest are encrypted with. Each leaves a check value in the database, so that a wrong one is
 * found before anything is encrypted with it.
 * @returns undefined when none is configured, and none ever was
 * @throws ConfigError when a key that the database needs is not there
 */
export async function openKeyring(db: Database, { config, embedded }: OpenOptions): Promise<Keyring | undefined> {
  const [first, ...others] = await findKeys(config, embedded);
  const keyring = first === undefined ? undefined : createKeyring([first, ...others]);
  const known = await listChecks(db);
  for (const check of known) if (!holds(keyring, check)) throw wrongKey(keyring, check);
  if (keyring && !known.some(({ key_id }) => key_id === keyring.keyId)) await addCheck(db, keyring);
  return keyring;
}

async function findKeys(
  { encryptionKeys, dataDir }: OpenOptions['config'],
  embedded: boolean,
): Promise<readonly string[]> {
  if (encryptionKeys.length > 0 || !embedded) return encryptionKeys;
  return [(await ensureSecret(dataDir, 'encryption-key')).secret];
}

interface KeyCheck {
  readonly key_id: string;
  readonly check_value: Buffer;
  readonly created_at: Date;
}

async function listChecks(db: Database): Promise<readonly KeyCheck[]> {
  const { rows } = await sql<KeyCheck>`
    select key_id, check_value, created_at from encryption_keys order by created_at`.execute(db);
  return rows;
}

function holds(keyring: Keyring | undefined, { key_id, check_value }: KeyCheck): boolean {
  if (!keyring?.keyIds.includes(key_id)) return false;
  try {
    return keyring.open(check_value, PLACE) === CHECK;
  } catch (error) {
    if (error instanceof SealedValueError) return false;
    throw error;
  }
}

function wrongKey(keyring: Keyring | undefined, { key_id, created_at }: KeyCheck): ConfigError {
  const given = keyring ? `What is set is another one: ${keyring.keyIds.join(', ')}` : 'It is not set now';
  const since = created_at.toISOString().slice(0, 10);
  return new ConfigError(
    `SHIPLOG_ENCRYPTION_KEY: secrets in this database are encrypted with the key ${key_id}, since ${since}. ${given}. Set that key again; to change it, set the new one before it, as NEW,OLD, and run: npm run shiplog -- secrets rotate`,
  );
}

async function addCheck(db: Database, keyring: Keyring): Promise<void> {
  await sql`
    insert into encryption_keys (key_id, check_value) values (${keyring.keyId}, ${keyring.seal(CHECK, PLACE)})
    on conflict (key_id) do nothing`.execute(db);
}
