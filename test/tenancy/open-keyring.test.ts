import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openKeyring } from '../../src/tenancy/open-keyring.ts';
import { createTestDatabase } from '../support/database.ts';

const { db } = await createTestDatabase();
const dataDir = await mkdtemp(join(tmpdir(), 'keys-'));
afterAll(() => rm(dataDir, { recursive: true }));
beforeEach(() => db.deleteFrom('encryption_keys').execute());

const makeKey = () => randomBytes(32).toString('base64');
const [OLD, NEW, WRONG] = [makeKey(), makeKey(), makeKey()];
const open = (...encryptionKeys: string[]) => openKeyring(db, { config: { encryptionKeys, dataDir }, embedded: false });

describe('the keys of a database', () => {
  it('are known by their check values, which nobody reads without them', async () => {
    const keyring = await open(OLD);
    const [row, ...others] = await db.selectFrom('encryption_keys').selectAll().execute();
    expect(others).toEqual([]);
    expect(row?.key_id).toBe(keyring?.keyId);
    expect(row?.check_value.toString('latin1')).not.toContain('shiplog');
    expect((await open(OLD))?.keyId).toBe(keyring?.keyId);
  });

  it('are needed: with a wrong one, or without any, nothing starts', async () => {
    const keyring = await open(OLD);
    await expect(open(WRONG)).rejects.toThrow(
      new RegExp(
        `^SHIPLOG_ENCRYPTION_KEY: secrets in this database are encrypted with the key ${keyring?.keyId}, since`,
      ),
    );
    await expect(open()).rejects.toThrow('It is not set now.');
    await expect(open(WRONG, OLD)).resolves.toBeDefined();
  });

  it('are replaced while the old one is there, too', async () => {
    await open(OLD);
    const both = await open(NEW, OLD);
    expect(
      (await db.selectFrom('encryption_keys').select('key_id').execute()).map(({ key_id }) => key_id).toSorted(),
    ).toEqual([...(both?.keyIds ?? [])].toSorted());
    await expect(open(NEW)).rejects.toThrow('secrets rotate');
  });

  it('are refused when the check value is not theirs', async () => {
    const [{ keyId } = { keyId: '' }, other] = [await open(OLD), await open(NEW, OLD)];
    const rows = await db.selectFrom('encryption_keys').selectAll().execute();
    const check_value = rows.find(({ key_id }) => key_id === other?.keyId)?.check_value ?? Buffer.alloc(0);
    await db.deleteFrom('encryption_keys').execute();
    await db.insertInto('encryption_keys').values({ key_id: keyId, check_value }).execute();
    await expect(open(OLD)).rejects.toThrow('SHIPLOG_ENCRYPTION_KEY');
  });

  it('are none where none is set and none ever was', async () => {
    expect(await open()).toBeUndefined();
  });

  it('are made for an embedded database, once, for the owner of the file alone', async () => {
    const openEmbedded = () => openKeyring(db, { config: { encryptionKeys: [], dataDir }, embedded: true });
    const rings = await Promise.all(Array.from({ length: 5 }, openEmbedded));
    expect(new Set(rings.map((ring) => ring?.keyId)).size).toBe(1);
    expect(await readdir(dataDir)).toEqual(['encryption-key']);
    expect((await stat(join(dataDir, 'encryption-key'))).mode & 0o777).toBe(0o600);
  });
});
