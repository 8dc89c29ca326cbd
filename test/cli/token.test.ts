import { describe, expect, it } from 'vitest';
import { createTestApi, storeFacts } from '../support/api.ts';
import { createTestCli, serveTestApi } from '../support/cli.ts';

const test = await createTestApi();
const { db, api, get, url } = test;
await storeFacts(db, 1, 'acme');
const shiplog = createTestCli({ port: await serveTestApi(test), url });

const statusWith = async (token: string) =>
  (await api.request('/api/v1/orgs/acme', { headers: { authorization: `Bearer ${token}` } })).status;

describe('shiplog token', () => {
  it('creates one that holds: standard output has the token and nothing else', async () => {
    const created = await shiplog(['token', 'create', 'acme', 'deploy pipeline']);
    expect(created.code).toBe(0);
    expect(created.stdout).toMatch(/^shp_1_[\w-]{43}\n$/);
    expect(created.stderr).toMatch(/^Token 1 of acme, "deploy pipeline": viewer, read; expires 20\d\d-.* UTC\.\n/);
    expect(created.stderr).not.toContain('shp_');
    expect(await statusWith(created.stdout.trim())).toBe(200);
  });

  it('creates one with scopes, a role and a time, or without an end', async () => {
    const args = ['token', 'create', 'acme', 'ci', '--scope', 'read', '--scope', 'ingest', '--role', 'owner'];
    const created = await shiplog([...args, '--days', 'never', '--json']);
    expect(JSON.parse(created.stdout)).toMatchObject({
      name: 'ci',
      role: 'owner',
      scopes: ['read', 'ingest'],
      expires_at: null,
      token: expect.stringMatching(/^shp_/),
      created_by: 'operator',
    });
  });

  it('lists them without the token, and revokes one at once', async () => {
    const { stdout } = await shiplog(['token', 'create', 'acme', 'short lived', '--days', '1']);
    const token = stdout.trim();
    const list = await shiplog(['token', 'list', 'acme']);
    expect(list.stdout).not.toContain('shp_');
    const line = list.stdout.split('\n').find((found) => found.includes('short lived')) ?? '';
    expect(line).toContain(`…${token.slice(-4)}`);
    const [id = ''] = line.split(' ');
    const revoked = await shiplog(['token', 'revoke', 'acme', id]);
    expect(revoked.stdout).toBe(`Token ${id} of acme, "short lived" (…${token.slice(-4)}), holds no more.\n`);
    expect(await statusWith(token)).toBe(401);
    const again = await shiplog(['token', 'revoke', 'acme', id]);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining(`There is no token ${id} here.`) });
  });

  it('has every page in its list', async () => {
    await storeFacts(db, 2, 'many');
    for (let number = 0; number < 101; number += 1) {
      await test.request('POST', '/api/v1/orgs/many/tokens', {}, { name: `token ${number}`, scopes: ['read'] });
    }
    const { stdout } = await shiplog(['token', 'list', 'many', '--json']);
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).name);
    expect(names).toEqual(Array.from({ length: 101 }, (_, number) => `token ${number}`));
  });

  it.each([
    [['token', 'make'], 'There is no "token make"; there is: create, list, revoke.'],
    [['token', 'create', 'acme'], 'Say for which organization, and what it is for'],
    [['token', 'create', 'acme', 'x', '--days', 'soon'], '--days takes a number of days, or "never".'],
    [['token', 'create', 'acme', 'x', '--days', '0'], 'body/expires_in_days'],
    [['token', 'create', 'acme', 'x', '--scope', 'everything'], 'body/scopes/0'],
    [['token', 'create', 'acme', 'x', '--scope', 'ingest', '--role', 'viewer'], 'these scopes need admin'],
    [['token', 'revoke', 'acme', 'all'], '"all" is no id.'],
    [['token', 'list', 'nowhere'], 'There is no organization "nowhere"'],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, stdout, stderr } = await shiplog(args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });

  it('is in the audit log, as the operator', async () => {
    const { body } = await get('/api/v1/orgs/acme/audit-log?action=token.create');
    expect(body.data[0]).toMatchObject({ actor: 'operator', address: expect.any(String) });
  });
});
