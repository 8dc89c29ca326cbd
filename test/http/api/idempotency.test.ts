import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import { createApi } from '../../../src/http/api/app.ts';
import { forgetKeys } from '../../../src/tenancy/idempotency-keys.ts';
import { createTestApi, OPERATOR_TOKEN, repositoryFact, storeFacts } from '../../support/api.ts';
import { readDocument } from '../../support/operations.ts';

const { db, deps, document, request } = await createTestApi();
for (const [id, org] of [
  [1, 'acme'],
  [2, 'other'],
] as const)
  await storeFacts(db, id, org, repositoryFact(10 + id, `${org}/shop`));

function createToken(key: string, { org = 'acme', name = 'a', token = OPERATOR_TOKEN } = {}) {
  const headers = { 'idempotency-key': key, authorization: `Bearer ${token}` };
  return request('POST', `/api/v1/orgs/${org}/tokens`, headers, { name, scopes: ['admin'], role: 'owner' });
}

const askOddly = () =>
  request('POST', '/api/v1/orgs/acme/tokens', { 'idempotency-key': 'odd' }, { name: 'a', scopes: ['nothing'] });

async function countTokens(): Promise<number> {
  return (await request('GET', '/api/v1/orgs/acme/tokens?limit=100')).body.data.length;
}

const run = (statement: ReturnType<typeof sql>) => withTenant(db, 1, (trx) => statement.execute(trx));

describe('a request with an Idempotency-Key', () => {
  it('is done once, and its first answer is given again', async () => {
    const first = await createToken('k1');
    const again = await createToken('k1');
    expect(first).toMatchObject({ status: 201, body: { token: expect.stringMatching(/^shp_/) } });
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
    expect(await countTokens()).toBe(1);
  });

  it('is another one with another body: 422', async () => {
    const { status, body } = await createToken('k1', { name: 'b' });
    expect([status, body['detail']]).toEqual([422, expect.stringContaining('another request')]);
  });

  it('is of its caller and organization alone', async () => {
    const { body } = await createToken('mine');
    expect((await createToken('k1', { org: 'other' })).headers.get('idempotency-replayed')).toBeNull();
    const before = await countTokens();
    expect((await createToken('mine', { token: String(body['token']) })).status).toBe(201);
    expect(await countTokens()).toBe(before + 1);
  });

  it('is refused while the first one is at work', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => createToken('at once')));
    const statuses = answers.map(({ status }) => status).filter((status) => status !== 409);
    expect(new Set(statuses)).toEqual(new Set([201]));
    expect(new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body['id'])).size).toBe(1);
    await run(sql`update idempotency_keys set status = null where tenant_id = 1`);
    const { status, headers } = await createToken('at once');
    expect([status, headers.get('retry-after')]).toEqual([409, '1']);
  });

  it('may be done by another one when the first was lost on the way', async () => {
    await run(sql`update idempotency_keys set created_at = now() - interval '2 minutes' where tenant_id = 1`);
    const { status, headers } = await createToken('at once');
    expect([status, headers.get('idempotency-replayed')]).toEqual([201, null]);
  });

  it('gives a refusal again, too', async () => {
    expect((await askOddly()).status).toBe(400);
    const again = await askOddly();
    expect([again.status, again.headers.get('content-type')]).toEqual([400, 'application/problem+json']);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  it('is forgotten after a day', async () => {
    await createToken('old');
    await run(sql`update idempotency_keys set created_at = now() - interval '25 hours' where tenant_id = 1`);
    expect((await createToken('old')).headers.get('idempotency-replayed')).toBeNull();
    await run(sql`update idempotency_keys set created_at = now() - interval '25 hours' where tenant_id = 1`);
    await withTenant(db, 1, (trx) => forgetKeys(trx, 1));
    expect((await run(sql`select key_hash from idempotency_keys where tenant_id = 1`)).rows).toEqual([]);
  });

  it('leaves no secret behind that somebody could read', async () => {
    const { body } = await createToken('sealed');
    const { rows } = await run(sql`select * from idempotency_keys where tenant_id = 1`);
    expect(rows).toHaveLength(1);
    const stored = JSON.stringify(rows, (_, value) =>
      value?.type === 'Buffer' ? String(Buffer.from(value.data)) : value,
    );
    for (const secret of [String(body['token']), 'sealed', 'operator']) expect(stored).not.toContain(secret);
  });

  it('is done once also where nothing can be sealed', async () => {
    const bare = createApi({ ...deps, keyring: undefined, operatorToken: OPERATOR_TOKEN });
    const ask = () =>
      bare.request('/api/v1/orgs/acme/tokens', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${OPERATOR_TOKEN}`,
          'content-type': 'application/json',
          'idempotency-key': 'bare',
        },
        body: JSON.stringify({ name: 'bare', scopes: ['read'] }),
      });
    expect((await ask()).status).toBe(201);
    const again = await ask();
    expect([again.status, Object(await again.json()).detail]).toEqual([409, expect.stringContaining('201')]);
  });

  it.each(['', 'x'.repeat(256)])('is refused with a key that is none', async (key) => {
    expect((await createToken(key)).status).toBe(400);
  });
});

it('every POST takes an Idempotency-Key, and says how it may be refused', () => {
  const posts = readDocument(document).operations.filter(({ method }) => method === 'POST');
  expect(posts.length).toBeGreaterThan(6);
  for (const { id, parameters, statuses } of posts) {
    expect([id, parameters.some((parameter) => parameter.name === 'idempotency-key')]).toEqual([id, true]);
    expect([id, statuses]).toEqual([id, expect.arrayContaining([409, 422])]);
  }
});
