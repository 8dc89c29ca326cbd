import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import { createApi } from '../../../src/http/api/app.ts';
import { verifyDomain, verifyDueDomain } from '../../../src/tenancy/verify-domain.ts';
import { createTestApi, OPERATOR_TOKEN, repositoryFact, storeFacts } from '../../support/api.ts';

const HOUR_MS = 3_600_000;
const { deps, db } = await createTestApi();
const zone = new Map<string, string[][] | string>();
const resolve = async (name: string): Promise<string[][]> => {
  const answer = zone.get(name) ?? 'ENOTFOUND';
  if (typeof answer === 'string') throw Object.assign(new Error(answer), { code: answer });
  return answer;
};
/** Another one each time: a process knows for some seconds which domains are served. */
const createTheApi = () =>
  createApi({ ...deps, operatorToken: OPERATOR_TOKEN, publicUrl: 'https://shiplog.example', resolveTxt: resolve });

await storeFacts(db, 1, 'acme', repositoryFact(1, 'acme/shop'));
await storeFacts(db, 2, 'globex', repositoryFact(2, 'globex/secret'));

interface Asked {
  readonly json?: unknown;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Record<string, string>;
}

async function call(method: string, path: string, { json, body, headers }: Asked = {}) {
  const authorization = `Bearer ${OPERATOR_TOKEN}`;
  const sent = json === undefined ? body : JSON.stringify(json);
  const type = json === undefined ? {} : { 'content-type': 'application/json' };
  const response = await createTheApi().request(path, {
    method,
    headers: { authorization, ...type, ...headers },
    ...(sent !== undefined && { body: sent }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
}

const path = (org: string) => `/api/v1/orgs/${org}/branding`;
const change = (json: unknown, headers: Record<string, string> = {}, org = 'acme') =>
  call('PATCH', path(org), { json, headers });
const read = (org = 'acme') => call('GET', path(org));

describe('colours', () => {
  it('are set, and taken back', async () => {
    expect((await change({ name: ' Acme ', primary_color: '#1F6FEB' })).body).toMatchObject({
      name: 'Acme',
      primary_color: '#1f6feb',
      secondary_color: null,
    });
    expect((await change({ primary_color: null })).body).toMatchObject({ name: 'Acme', primary_color: null });
  });

  it.each([
    ['#ffff00', 'has a contrast of 1.07:1 to the light background (#ffffff), and needs 3:1. Take a darker one.'],
    ['#000080', 'has a contrast of 1.18:1 to the dark background (#0d1117), and needs 3:1. Take a lighter one.'],
    ['blue', 'is not a colour such as #1f6feb'],
  ])('that can not be seen everywhere are refused, with the ratio: %s', async (color, detail) => {
    const { status, body } = await change({ secondary_color: color });
    expect([status, body.errors]).toEqual([400, [{ pointer: '#/body/secondary_color', detail }]]);
  });

  it('are changed as they were seen', async () => {
    const { headers } = await read();
    const etag = headers.get('etag') ?? '';
    expect((await change({ name: 'Acme Corp' }, { 'if-match': etag })).status).toBe(200);
    expect((await change({ name: 'Other' }, { 'if-match': etag })).status).toBe(412);
    expect((await read()).body.name).toBe('Acme Corp');
  });
});

const svg = '<svg xmlns="http://www.w3.org/2000/svg"><circle r="3" onclick="alert(1)"/><script>alert(1)</script></svg>';
const put = (body: string | Uint8Array<ArrayBuffer>, type: string, headers: Record<string, string> = {}) =>
  call('PUT', `${path('acme')}/logo`, { body, headers: { 'content-type': type, ...headers } });

describe('the logo', () => {
  it('is stored clean, and served so that nothing in it can run', async () => {
    expect((await put(svg, 'image/svg+xml; charset=utf-8')).body.logo).toEqual({
      url: '/api/v1/orgs/acme/branding/logo',
      type: 'image/svg+xml',
      width: null,
      height: null,
    });
    const { headers, text } = await call('GET', `${path('acme')}/logo`);
    expect(text).toBe('<svg xmlns="http://www.w3.org/2000/svg"><circle r="3"/></svg>');
    expect(headers.get('content-type')).toBe('image/svg+xml');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; style-src 'unsafe-inline'; sandbox");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    const etag = headers.get('etag') ?? '';
    expect((await call('GET', `${path('acme')}/logo`, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  it('is refused where it is no picture, of another type, or too large, and the old one stays', async () => {
    expect((await put('<p>', 'text/html')).status).toBe(415);
    expect((await put('GIF89a', 'image/png')).status).toBe(422);
    expect((await put(new Uint8Array(256 * 1024 + 1), 'image/png')).status).toBe(413);
    expect((await put(svg, 'image/svg+xml', { 'if-match': '"0"' })).status).toBe(412);
    expect((await call('GET', `${path('acme')}/logo`)).status).toBe(200);
  });

  it('is the own one of each organization, and can be removed', async () => {
    expect((await call('GET', `${path('globex')}/logo`)).status).toBe(404);
    expect((await call('DELETE', `${path('acme')}/logo`)).body.logo).toBeNull();
    expect((await call('GET', `${path('acme')}/logo`)).status).toBe(404);
  });
});

const RECORD = '_shiplog.metrics.acme.com';
const claim = (domain: string | null, org = 'acme') => change({ custom_domain: domain }, {}, org);
const valueOf = async (org = 'acme'): Promise<string> => (await read(org)).body.custom_domain.record.value;
const at = (host: string, target = '/api/v1/orgs') => call('GET', target, { headers: { host } });
const logins = (answer: { body?: { data: { login: string }[] } }) => answer.body?.data.map(({ login }) => login);

async function verified(): Promise<void> {
  await claim('metrics.acme.com');
  zone.set(RECORD, [[await valueOf()]]);
  await claim('metrics.acme.com');
}

const look = (hours: number) =>
  verifyDomain(db, 1, { resolve, now: new Date(Date.now() + hours * HOUR_MS) }).then(
    async () => (await read()).body.custom_domain,
  );

describe('a custom domain', () => {
  beforeEach(async () => {
    zone.clear();
    await claim(null);
    await claim(null, 'globex');
  });

  it('is served once its record is there, and not before', async () => {
    const { body } = await claim('Metrics.ACME.com.');
    expect(body.custom_domain).toEqual({
      domain: 'metrics.acme.com',
      verified: false,
      verified_at: null,
      record: { type: 'TXT', name: RECORD, value: expect.stringMatching(/^shiplog-domain=[\w-]{43}$/) },
      error: `There is no TXT record ${RECORD} yet.`,
    });
    expect(logins(await at('metrics.acme.com'))).toEqual(['acme', 'globex']);
    // A long record comes in parts.
    const value = await valueOf();
    zone.set(RECORD, [['v=spf1 -all'], [value.slice(0, 20), value.slice(20)]]);
    expect((await claim('metrics.acme.com')).body.custom_domain).toMatchObject({ verified: true, error: null });
  });

  it('has its organization there, and no other', async () => {
    await verified();
    expect(logins(await at('metrics.acme.com'))).toEqual(['acme']);
    expect(logins(await at('METRICS.acme.com:8443'))).toEqual(['acme']);
    expect((await at('metrics.acme.com', '/api/v1/orgs/globex')).status).toBe(404);
    expect((await at('metrics.acme.com', '/api/v1/orgs/2/repositories')).status).toBe(404);
    expect((await at('metrics.acme.com', '/api/v1/orgs/acme')).status).toBe(200);
    expect(logins(await at('shiplog.example'))).toEqual(['acme', 'globex']);
  });

  it('shows its branding to who is not logged in, and no other address does', async () => {
    await verified();
    await change({ name: 'Acme' });
    const strangers = { host: 'metrics.acme.com', authorization: '' };
    const { body, status } = await call('GET', '/api/v1/branding', { headers: strangers });
    expect([status, body]).toEqual([200, { name: 'Acme', primary_color: null, secondary_color: null, logo: null }]);
    expect((await call('GET', '/api/v1/branding/logo', { headers: strangers })).status).toBe(404);
    expect((await call('GET', '/api/v1/branding', { headers: { authorization: '' } })).status).toBe(404);
  });

  it.each([
    [
      'the record of another organization',
      async () => {
        await claim('metrics.globex.com', 'globex');
        return [[await valueOf('globex')]];
      },
    ],
    ['a record with more around it', async () => [[`x ${await valueOf()}`], [`${await valueOf()} `]]],
    ['parts of two records', async () => [[(await valueOf()).slice(0, 20)], [(await valueOf()).slice(20)]]],
    ['a record in capitals', async () => [[(await valueOf()).toUpperCase()]]],
    ['an empty record', async () => [[''], []]],
  ])('is not verified by %s', async (_, answer) => {
    await claim('metrics.acme.com');
    zone.set(RECORD, await answer());
    expect((await claim('metrics.acme.com')).body.custom_domain).toMatchObject({
      verified: false,
      error: `The TXT record of ${RECORD} has another value.`,
    });
    expect(logins(await at('metrics.acme.com'))).toEqual(['acme', 'globex']);
  });

  it('is not verified by a record that was left from an earlier claim', async () => {
    await verified();
    await claim(null);
    expect(logins(await at('metrics.acme.com'))).toEqual(['acme', 'globex']);
    expect((await claim('metrics.acme.com')).body.custom_domain).toMatchObject({ verified: false });
  });

  it('is that of one organization at a time', async () => {
    await verified();
    await claim('metrics.acme.com', 'globex');
    zone.set(RECORD, [[await valueOf()], [await valueOf('globex')]]);
    expect((await claim('metrics.acme.com', 'globex')).body.custom_domain).toMatchObject({
      verified: false,
      error: 'Another organization is served at metrics.acme.com.',
    });
    expect(logins(await at('metrics.acme.com'))).toEqual(['acme']);
  });

  it('is served for a day after its record has gone, and as long as DNS does not answer', async () => {
    await verified();
    zone.set(RECORD, 'ESERVFAIL');
    expect(await look(1)).toMatchObject({ verified: true, error: `DNS does not answer for ${RECORD} at the moment.` });
    expect(await look(200)).toMatchObject({ verified: true });
    zone.delete(RECORD);
    expect(await look(201)).toMatchObject({ verified: true });
    expect(await look(224)).toMatchObject({ verified: true });
    expect(await look(226)).toMatchObject({ verified: false, error: `There is no TXT record ${RECORD} yet.` });
    expect(logins(await at('metrics.acme.com'))).toEqual(['acme', 'globex']);
  });

  it('is looked at again by itself: every hour once verified, for a week until then', async () => {
    await claim('metrics.acme.com');
    const value = await valueOf();
    let asked = 0;
    const counting = (name: string) => {
      asked += 1;
      return resolve(name);
    };
    const look = (hours: number) =>
      verifyDueDomain(db, 1, { resolve: counting, now: new Date(Date.now() + hours * HOUR_MS) });
    await look(24 * 8);
    expect(asked).toBe(0);
    zone.set(RECORD, [[value]]);
    await look(1);
    expect((await read()).body.custom_domain.verified).toBe(true);
    await look(1.5);
    expect(asked).toBe(1);
    await look(2.1);
    expect(asked).toBe(2);
  });

  it.each([
    'localhost',
    '127.0.0.1',
    '[::1]',
    'acme',
    'a..b',
    '-a.example',
    'a.example/x',
    'user@a.example',
    '*.acme.com',
    'a.123',
    'x.localhost',
  ])('is a domain: %s', async (domain) => {
    const { status, body } = await claim(domain);
    expect([status, body.errors?.[0]?.pointer]).toEqual([400, '#/body/custom_domain']);
  });

  it('is not the address of Shiplog itself', async () => {
    expect((await claim('shiplog.example')).status).toBe(422);
  });
});

it('every change is in the audit log, without the picture', async () => {
  const entries = await withTenant(db, 1, async (trx) => {
    const { rows } = await sql<{ action: string; text: string }>`
      select action, concat(before::text, after::text) as text from audit_log where tenant_id = 1`.execute(trx);
    return rows;
  });
  expect(new Set(entries.map(({ action }) => action))).toEqual(
    new Set(['branding.change', 'branding.set_logo', 'branding.remove_logo', 'branding.custom_domain']),
  );
  expect(entries.filter(({ text }) => text.includes('circle') || text.includes('shiplog-domain='))).toEqual([]);
});
