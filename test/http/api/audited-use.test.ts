import { describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import { useToken } from '../../../src/tenancy/api-tokens.ts';
import { verifyAuditLog } from '../../../src/tenancy/verify-audit-log.ts';
import { insertDelivery } from '../../support/deliveries.ts';
import { Browser } from '../../support/browser.ts';
import type { Person } from '../../support/github/truth/person.ts';
import { createTestLogin } from '../../support/login.ts';

const { api, db, standIn, acme, other, request, get } = await createTestLogin();
const [owner] = [...acme.members].filter(([, role]) => role === 'admin').map(([person]) => person);
const [member] = [...acme.members].filter(([, role]) => role === 'member').map(([person]) => person);
const guest = [...other.members.keys()].find((person) => !acme.members.has(person));
if (!owner || !member || !guest) throw new Error('people are missing');
const AGENT = { 'user-agent': 'browser/1' };

async function logIn(person: Person, path = '/login'): Promise<number> {
  standIn.oauth.person = person;
  const browser = new Browser(api);
  const callback = await browser.askGitHub(await browser.open(path));
  return (await browser.open(callback, { headers: AGENT })).status;
}

async function entries(action: string) {
  const { body } = await get(`/api/v1/orgs/acme/audit-log?limit=100&action=${action}`);
  return body.data;
}

describe('the audit log', () => {
  it('has who logged in, and with what', async () => {
    await logIn(member);
    expect(await entries('session.create')).toMatchObject([
      { actor: member.login, target: `member ${member.login}`, user_agent: 'browser/1' },
    ]);
  });

  it('has who came back after they were removed, and saw nothing', async () => {
    await request('DELETE', `/api/v1/orgs/acme/members/${member.login}`);
    expect(await logIn(member)).toBe(303);
    expect(await entries('session.refuse')).toMatchObject([
      { actor: member.login, after: { reason: 'not a member' }, user_agent: 'browser/1' },
    ]);
    expect(await entries('session.create')).toHaveLength(1);
  });

  it('has who tried an invitation that is not theirs, and nothing of one that nobody made', async () => {
    const sent = await request('POST', '/api/v1/orgs/acme/members', {}, { login: 'kim', role: 'viewer' });
    const { search } = new URL(String(sent.body['url']));
    expect(await logIn(guest, `/login${search}`)).toBe(403);
    const [refused] = await entries('session.refuse');
    expect(refused).toMatchObject({
      actor: guest.login,
      target: 'invitation of kim',
      after: { reason: 'invitation refused' },
    });
    const forged = search.replace(/.{43}$/, 'x'.repeat(43));
    expect(await logIn(guest, `/login${forged}`)).toBe(403);
    expect(await logIn(guest, '/login?invitation=shi_zz_' + 'x'.repeat(43))).toBe(403);
    expect(await entries('session.refuse')).toHaveLength(2);
  });

  it('has each address that a token is used from, once, also within a minute', async () => {
    const created = await request('POST', '/api/v1/orgs/acme/tokens', {}, { name: 'ci', scopes: ['read'] });
    const secret = String(created.body['token']);
    const use = (address: string | null) => useToken(db, { secret, address, userAgent: 'curl/8' });
    for (const address of ['203.0.113.7', '203.0.113.7', '2001:db8::1', null, '203.0.113.7']) await use(address);
    await Promise.all(Array.from({ length: 5 }, () => use('203.0.113.8')));
    const found = await entries('token.use_from_new_address');
    expect(found.map(({ actor, address, user_agent, after }) => [actor, address, user_agent, after])).toEqual(
      ['203.0.113.8', '2001:db8::1', '203.0.113.7'].map((address) => ['token ci', address, 'curl/8', { address }]),
    );
    await use('203.0.113.7');
    const { body } = await get('/api/v1/orgs/acme/tokens');
    expect(body.data.at(-1)).toMatchObject({ name: 'ci', last_used_address: '203.0.113.8' });
  });

  it('has what is asked of the sync, and a delivery that is applied again', async () => {
    const { body: started } = await request('POST', '/api/v1/orgs/acme/sync', {}, {});
    await request('DELETE', `/api/v1/orgs/acme/sync/${String(started['id'])}`);
    expect(await entries('sync')).toMatchObject([
      { action: 'sync.cancel', target: `sync ${String(started['id'])}` },
      { action: 'sync.start', actor: 'operator', after: { repositories: 'all' } },
    ]);
    const guid = '72d3162e-cc78-11e3-81ab-000000000009';
    await insertDelivery(db, { guid, tenantId: acme.id, state: 'dead' });
    await request('POST', `/api/v1/admin/deliveries/${guid}/replay`);
    expect(await entries('delivery.replay')).toMatchObject([
      { target: `delivery ${guid}`, before: { state: 'dead' }, after: { state: 'pending' } },
    ]);
  });

  it('is whole after all that', async () => {
    const verified = await withTenant(db, acme.id, (trx) => verifyAuditLog(trx, acme.id));
    expect(verified).toMatchObject({ broken: undefined });
    expect(verified.entries).toBeGreaterThan(8);
  });
});
