import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import { createTestApi, repositoryFact, storeFacts } from '../../support/api.ts';

const { api, db, get, request } = await createTestApi();
await storeFacts(db, 1, 'acme', repositoryFact(11, 'acme/shop'));
await storeFacts(db, 2, 'other', repositoryFact(21, 'other/secret'));

interface Issued {
  readonly id: number;
  readonly token: string;
}

async function issue(body: object, org = 'acme'): Promise<Issued> {
  const answer = await request('POST', `/api/v1/orgs/${org}/tokens`, {}, { name: 'test', scopes: ['read'], ...body });
  expect(answer.status).toBe(201);
  return { id: Number(answer.body['id']), token: String(answer.body['token']) };
}

const as = (token: string, method: string, path: string, body?: unknown) =>
  request(method, `/api/v1${path}`, { authorization: `Bearer ${token}` }, body);

const refused = async (token: string) => {
  const response = await api.request('/api/v1/orgs', { headers: { authorization: `Bearer ${token}` } });
  expect(response.headers.get('www-authenticate')).toContain('invalid_token');
  return response.status;
};

describe('an API token', () => {
  it('is shown once, and of what is stored nobody can make it', async () => {
    const { id, token } = await issue({ name: 'once' });
    expect(token).toMatch(/^shp_[0-9a-z]+_[\w-]{43}$/);
    const list = await get('/api/v1/orgs/acme/tokens');
    expect(JSON.stringify(list.body)).not.toContain(token);
    expect(list.body.data).toContainEqual(expect.objectContaining({ id, name: 'once', hint: token.slice(-4) }));
    const stored = await withTenant(db, 1, (trx) => sql`select * from api_tokens where tenant_id = 1`.execute(trx));
    expect(JSON.stringify(stored.rows)).not.toContain(token.slice(8, 40));
    const audit = await withTenant(db, 1, (trx) => sql`select * from audit_log where tenant_id = 1`.execute(trx));
    expect(JSON.stringify(audit.rows)).toContain('token.create');
    expect(JSON.stringify(audit.rows)).not.toContain(token.slice(8, 40));
  });

  it('reads its organization, and sees no other: neither by name, nor in the list', async () => {
    const { token } = await issue({});
    expect((await as(token, 'GET', '/orgs/acme/repositories')).status).toBe(200);
    const listed = await as(token, 'GET', '/orgs');
    expect(listed.body.data.map((org) => org['login'])).toEqual(['acme']);
    const [theirs, nowhere] = [await as(token, 'GET', '/orgs/other'), await as(token, 'GET', '/orgs/nowhere')];
    expect([theirs.status, nowhere.status]).toEqual([404, 404]);
    expect(String(theirs.body['detail']).replace('other', 'nowhere')).toBe(nowhere.body['detail']);
  });

  it('does what its role and its scopes allow, and no more', async () => {
    const viewer = await issue({ scopes: ['read'] });
    expect(await as(viewer.token, 'POST', '/orgs/acme/sync')).toMatchObject({ status: 403 });
    expect(await as(viewer.token, 'GET', '/orgs/acme/exports/lead-time.csv')).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('can_export_data') },
    });
    expect((await as(viewer.token, 'GET', '/orgs/acme/people/ann/access')).status).toBe(403);
    const readingOwner = await issue({ scopes: ['read'], role: 'owner' });
    expect(await as(readingOwner.token, 'GET', '/orgs/acme/tokens')).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('scope admin') },
    });
    const admin = await issue({ scopes: ['admin'] });
    expect((await as(admin.token, 'GET', '/orgs/acme/metric-definitions')).status).toBe(200);
    expect((await as(admin.token, 'GET', '/orgs/acme/tokens')).status).toBe(403);
    expect((await as(admin.token, 'GET', '/admin/deliveries')).status).toBe(403);
  });

  it('gives another token nothing that it has not itself', async () => {
    const { token } = await issue({ scopes: ['admin'], role: 'owner' });
    const wanted = { name: 'more', scopes: ['admin', 'write'], role: 'owner' };
    expect((await as(token, 'POST', '/orgs/acme/tokens', wanted)).status).toBe(403);
    expect((await as(token, 'POST', '/orgs/acme/tokens', { ...wanted, scopes: ['admin'] })).status).toBe(201);
  });

  it('gets at no other one that may more, by giving it a new secret', async () => {
    const administers = await issue({ scopes: ['admin'], role: 'owner' });
    const reads = await issue({ scopes: ['read', 'admin'], role: 'owner' });
    const rotate = `/orgs/acme/tokens/${reads.id}/rotate`;
    expect((await as(administers.token, 'POST', rotate, {})).status).toBe(403);
    expect((await as(reads.token, 'GET', '/orgs/acme')).status).toBe(200);
    expect((await as(reads.token, 'POST', `/orgs/acme/tokens/${administers.id}/rotate`, {})).status).toBe(201);
  });

  it('needs a role for which its scopes are of use', async () => {
    const body = { name: 'x', scopes: ['ingest'], role: 'viewer' };
    expect(await request('POST', '/api/v1/orgs/acme/tokens', {}, body)).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('admin') },
    });
  });

  it('says when and from where it was used, once a minute', async () => {
    const { id, token } = await issue({ name: 'used' });
    await as(token, 'GET', '/orgs/acme');
    const readUse = async () => {
      const { body } = await get('/api/v1/orgs/acme/tokens?limit=100');
      return body.data.find((row) => row['id'] === id)?.['last_used_at'];
    };
    const first = await readUse();
    expect(first).toEqual(expect.any(String));
    await as(token, 'GET', '/orgs/acme');
    expect(await readUse()).toBe(first);
  });
});

describe('a token that does not hold', () => {
  it('is one that was revoked', async () => {
    const { id, token } = await issue({});
    expect(await request('DELETE', `/api/v1/orgs/acme/tokens/${id}`)).toMatchObject({ status: 200, body: { id } });
    expect(await refused(token)).toBe(401);
    expect((await request('DELETE', `/api/v1/orgs/acme/tokens/${id}`)).status).toBe(404);
  });

  it('is one that has expired', async () => {
    const { id, token } = await issue({ expires_in_days: 1 });
    await withTenant(db, 1, (trx) =>
      sql`update api_tokens set expires_at = now() - interval '1 second' where tenant_id = 1 and token_id = ${id}`.execute(
        trx,
      ),
    );
    expect(await refused(token)).toBe(401);
  });

  it("is the secret before a rotation, when its overlap is over; another organization's can not be rotated", async () => {
    const { id, token } = await issue({});
    expect((await request('POST', `/api/v1/orgs/other/tokens/${id}/rotate`, {}, {})).status).toBe(404);
    const rotated = await request('POST', `/api/v1/orgs/acme/tokens/${id}/rotate`, {}, { overlap_s: 3600 });
    expect(rotated).toMatchObject({ status: 201, body: { id } });
    expect((await as(String(rotated.body['token']), 'GET', '/orgs/acme')).status).toBe(200);
    expect((await as(token, 'GET', '/orgs/acme')).status).toBe(200);
    const again = await request('POST', `/api/v1/orgs/acme/tokens/${id}/rotate`, {}, {});
    expect(await refused(token)).toBe(401);
    expect(await refused(String(rotated.body['token']))).toBe(401);
    expect((await as(String(again.body['token']), 'GET', '/orgs/acme')).status).toBe(200);
  });

  it.each(['shp_1_', 'shp_zzzzzzzzzz_' + 'a'.repeat(43), 'shp_1_' + 'a'.repeat(43), "shp_1'_" + 'a'.repeat(43)])(
    'is %j',
    async (token) => expect(await refused(token)).toBe(401),
  );
});
