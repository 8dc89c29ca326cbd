import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { createKeyring, keyIdOf, type Keyring } from '../../src/encryption.ts';
import { rotateSecrets, sealedColumns } from '../../src/tenancy/rotate-secrets.ts';
import { storeFacts } from '../support/api.ts';
import { createTestCli } from '../support/cli.ts';
import { createTestDatabase } from '../support/database.ts';
import { query } from '../support/embedded-process.ts';

const { db, url, superuserUrl } = await createTestDatabase();
const [NOBODY, OURS, THEIRS] = [0, 1, 2];
const COLUMN = 'idempotency_keys.answer';
const makeKey = () => randomBytes(32).toString('base64');
const [OLD, NEW, LOST] = [makeKey(), makeKey(), makeKey()];
const shiplog = createTestCli({ port: 1, url });

await storeFacts(db, OURS, 'acme');
await storeFacts(db, THEIRS, 'other');
beforeEach(() => query(superuserUrl, 'delete from idempotency_keys; delete from encryption_keys'));

async function store(keyring: Keyring, tenantId: number, names: readonly string[]): Promise<void> {
  await withTenant(db, tenantId, async (trx) => {
    for (const name of names) {
      const answer = keyring.seal(`answer ${name}`, { tenantId, column: COLUMN });
      await sql`
        insert into idempotency_keys (tenant_id, key_hash, request_hash, status, answer)
        values (${tenantId}, ${name}, 'x', 201, ${answer})`.execute(trx);
    }
  });
}

function read(keyring: Keyring, tenantId: number): Promise<(string | null)[]> {
  return withTenant(db, tenantId, async (trx) => {
    const { rows } = await sql<{ answer: Buffer | null }>`
      select answer from idempotency_keys where tenant_id = ${tenantId} order by key_hash`.execute(trx);
    return rows.map(({ answer }) => answer && keyring.open(answer, { tenantId, column: COLUMN }));
  });
}

const rotate = (keys: string) => shiplog(['secrets', 'rotate'], { env: { SHIPLOG_ENCRYPTION_KEY: keys } });

describe('the rotation of a key', () => {
  it('encrypts anew what the old one has encrypted, of every tenant, and retires it', async () => {
    const names = Array.from({ length: 1_100 }, (_, index) => String(index).padStart(4, '0'));
    await store(createKeyring([OLD]), OURS, names);
    await store(createKeyring([OLD]), THEIRS, ['a']);
    await store(createKeyring([OLD]), NOBODY, ['b']);
    await store(createKeyring([NEW]), THEIRS, ['c']);
    const env = { SHIPLOG_ENCRYPTION_KEY: `${NEW},${OLD}` };
    const { code, stdout } = await shiplog(['secrets', 'rotate', '--json'], { env });
    const after = createKeyring([NEW]);
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      { keyId: after.keyId, encrypted: 1_102, unreadable: 0, retired: [] },
    ]);
    expect(await read(after, OURS)).toEqual(names.map((name) => `answer ${name}`));
    expect([await read(after, THEIRS), await read(after, NOBODY)]).toEqual([['answer a', 'answer c'], ['answer b']]);
    const again = await rotate(`${NEW},${OLD}`);
    expect(again.stdout).toBe(`0 values encrypted anew; the key is ${after.keyId}.\n`);
  });

  it('is refused with a key that is not that of the database', async () => {
    expect((await rotate(OLD)).code).toBe(0);
    expect(await rotate(NEW)).toMatchObject({ code: 1, stderr: expect.stringContaining('secrets in this database') });
    const both = await rotate(`${NEW},${OLD}`);
    expect(both.stdout).toContain(`Nothing needs ${createKeyring([OLD]).keyId} any more.`);
    expect((await rotate(NEW)).code).toBe(0);
    expect((await rotate(OLD)).code).toBe(1);
  });

  it('leaves what no key opens, and says so', async () => {
    await store(createKeyring([LOST]), OURS, ['lost']);
    await store(createKeyring([OLD]), OURS, ['old']);
    await withTenant(db, OURS, (trx) =>
      sql`insert into idempotency_keys (tenant_id, key_hash, request_hash) values (${OURS}, 'none', 'x')`.execute(trx),
    );
    const keyring = createKeyring([NEW, OLD]);
    expect(await rotateSecrets(db, keyring)).toEqual({
      keyId: keyring.keyId,
      encrypted: 1,
      unreadable: 1,
      retired: [],
    });
    expect(await rotate(`${NEW},${OLD}`)).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('1 value could not be opened: no key was retired.'),
    });
    expect(keyIdOf(createKeyring([LOST]).seal('x', { tenantId: null, column: 'x' }))).not.toBe(keyring.keyId);
  });

  it('knows every column that is said to be sealed', async () => {
    const stored = await query(
      superuserUrl,
      `select relname || '.' || attname as name from pg_class c join pg_attribute a on attrelid = c.oid
       where relnamespace = 'public'::regnamespace and relkind = 'r' and col_description(c.oid, attnum) like 'Sealed%'`,
    );
    expect(stored).toEqual(sealedColumns.map(({ table, column }) => ({ name: `${table}.${column}` })));
  });
});
