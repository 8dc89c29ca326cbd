import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { ConfigError } from './errors.ts';

/** Where a value is stored. It opens nowhere else: not in another column, nor as another tenant's. */
export interface Place {
  /** Null: it is the instance's. */
  readonly tenantId: number | null;
  /** As in `idempotency_keys.answer`. */
  readonly column: string;
}

/** Encrypts what must be read back; what need not be is hashed instead. */
export interface Keyring {
  /** Of the key that encrypts. */
  readonly keyId: string;
  /** Of all keys, the one that encrypts first. */
  readonly keyIds: readonly string[];
  seal(text: string, place: Place): Buffer;
  /** @throws SealedValueError when it was changed, is of another place, or of a key that is not here */
  open(sealed: Buffer, place: Place): string;
}

export class SealedValueError extends Error {
  override readonly name = 'SealedValueError';
}

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
/** What a sealed value begins with: the format, the key's id, the nonce, the tag. */
const FORMAT = 1;
const ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + ID_BYTES + NONCE_BYTES + TAG_BYTES;

/** @param texts as `readKey` takes them; the first one encrypts, all of them open. @throws ConfigError */
export function createKeyring(texts: readonly [string, ...string[]]): Keyring {
  const keys = texts.map(readKey);
  const [first] = keys;
  if (!first) throw new Error('a keyring has a key');
  const byId = new Map(keys.map(({ id, key }) => [id, key]));
  return {
    keyId: first.id,
    keyIds: [...byId.keys()],
    seal: (text, place) => seal(first, text, place),
    open: (sealed, place) => {
      const key = byId.get(keyIdOf(sealed));
      if (!key) throw new SealedValueError(`the key ${keyIdOf(sealed)} is not among SHIPLOG_ENCRYPTION_KEY`);
      return open(key, sealed, place);
    },
  };
}

/** Of the key that a value was sealed with. */
export function keyIdOf(sealed: Buffer): string {
  return sealed.subarray(1, 1 + ID_BYTES).toString('hex');
}

interface Key {
  readonly id: string;
  readonly key: Buffer;
}

/** 32 bytes in base64. What encrypts and what names the key are both derived from it: the name tells nothing of it. */
function readKey(text: string): Key {
  const bytes = /^[\w+/-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  if (bytes.length !== KEY_BYTES) {
    throw new ConfigError(
      'SHIPLOG_ENCRYPTION_KEY: a key is 32 bytes in base64. Make one: openssl rand -base64 32. Several, for rotation, are comma-separated.',
    );
  }
  const derive = (use: string, length: number) => Buffer.from(hkdfSync('sha256', bytes, '', `shiplog ${use}`, length));
  return { id: derive('key id', ID_BYTES).toString('hex'), key: derive(ALGORITHM, KEY_BYTES) };
}

function seal({ id, key }: Key, text: string, place: Place): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(bytesOf(place));
  const content = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.of(FORMAT), Buffer.from(id, 'hex'), nonce, cipher.getAuthTag(), content]);
}

function open(key: Buffer, sealed: Buffer, place: Place): string {
  if (sealed[0] !== FORMAT || sealed.length < HEAD_BYTES) throw new SealedValueError('it is no sealed value');
  const nonce = sealed.subarray(1 + ID_BYTES, 1 + ID_BYTES + NONCE_BYTES);
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(bytesOf(place));
  decipher.setAuthTag(sealed.subarray(HEAD_BYTES - TAG_BYTES, HEAD_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(HEAD_BYTES)), decipher.final()]).toString();
  } catch (cause) {
    throw new SealedValueError('it was changed since it was sealed, or is of another place or key', { cause });
  }
}

function bytesOf({ tenantId, column }: Place): Buffer {
  return Buffer.from(JSON.stringify([tenantId, column]));
}
