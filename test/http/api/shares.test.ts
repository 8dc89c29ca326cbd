import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import { OPERATOR_TOKEN } from '../../support/api.ts';
import { Browser } from '../../support/browser.ts';
import { createTestLogin } from '../../support/login.ts';

const { api, db, standIn, acme } = await createTestLogin();
const path = `/api/v1/orgs/${acme.login}/shares`;
const [person] = acme.members.keys();
if (!person) throw new Error('the sample organization has people');

async function call(method: string, at: string, body?: object) {
  const headers = { authorization: `Bearer ${OPERATOR_TOKEN}`, 'content-type': 'application/json' };
  const response = await api.request(at, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  return { status: response.status, body: Object(await response.json()) };
}

/** Of somebody without an account. */
async function open(url: string) {
  const response = await api.request(url);
  return { status: response.status, body: Object(await response.json()) };
}

const setRole = (role: string) =>
  withTenant(db, acme.id, (trx) =>
    sql`
      insert into members (tenant_id, user_id, role, source) values (${acme.id}, ${person.id}, ${role}, 'manual')
      on conflict (tenant_id, user_id) do update set role = excluded.role, source = 'manual'`.execute(trx),
  );

describe('a share', () => {
  it('shows its metrics to whoever has its address, and nothing else', async () => {
    const { status, body } = await call('POST', path, { name: 'Board', view: { metrics: ['lead-time'] } });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: 'Board', created_by: 'operator', view: { metrics: ['lead-time'] } });
    expect(body.url).toMatch(/^https:\/\/shiplog\.test\/api\/v1\/shares\/shs_/);
    const shown = await open(body.url);
    expect(shown.status).toBe(200);
    expect(shown.body).toMatchObject({ name: 'Board', org: acme.login, data: [{ metric: 'lead-time' }] });
    const token = body.url.split('/').at(-1);
    const other = await api.request(`/api/v1/orgs/${acme.login}/metrics`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(other.status).toBe(401);
  });

  it('is not stored in a way that somebody could use', async () => {
    const { body } = await call('POST', path, { name: 'Secret' });
    const stored = await withTenant(db, acme.id, (trx) =>
      sql`select * from shares where tenant_id = ${acme.id} and share_id = ${body.id}`.execute(trx),
    );
    expect(JSON.stringify(stored.rows)).not.toContain(body.url.split('_').at(-1));
  });

  it('ends when it is taken back, when its time is over, and with a wrong token was never there', async () => {
    const { body } = await call('POST', path, { name: 'Short' });
    expect((await open(`${body.url}x`)).status).toBe(404);
    await withTenant(db, acme.id, (trx) =>
      sql`update shares set expires_at = now() where tenant_id = ${acme.id} and share_id = ${body.id}`.execute(trx),
    );
    expect((await open(body.url)).status).toBe(404);
    const taken = await call('POST', path, { name: 'Taken back' });
    expect((await call('DELETE', `${path}/${taken.body.id}`)).status).toBe(200);
    expect((await open(taken.body.url)).status).toBe(404);
    expect((await call('DELETE', `${path}/${taken.body.id}`)).status).toBe(404);
    const log = await call('GET', `/api/v1/orgs/${acme.login}/audit-log?action=share`);
    expect(log.body.data[0]).toMatchObject({ action: 'share.delete', target: `share ${taken.body.id} Taken back` });
  });

  it('is listed by page, without its address', async () => {
    const { body } = await call('GET', `${path}?limit=1`);
    expect(body.data[0]).toMatchObject({ name: 'Board' });
    expect(body.data[0].url).toBeUndefined();
    expect((await call('GET', `${path}?cursor=${body.next_cursor}`)).body.data[0]).toMatchObject({ name: 'Secret' });
  });

  it.each([
    [{ metrics: [] }, 400],
    [{ metrics: ['nothing'] }, 400],
    [{ compare: 'whenever' }, 400],
    [{ from: '2026-03-02', to: '2026-03-01' }, 422],
    [{ repository: 'nothing' }, 404],
    [{ team: 'nothing' }, 404],
  ])('of %j is refused', async (view, status) => {
    expect((await call('POST', path, { name: 'Odd', view })).status).toBe(status);
  });
});

describe('a share of a person', () => {
  it('holds as long as they may share', async () => {
    await setRole('manager');
    standIn.oauth.person = person;
    const browser = new Browser(api);
    await browser.logIn();
    const headers = { 'x-csrf-token': await browser.csrfToken() };
    const response = await browser.open(path, { method: 'POST', headers, body: { name: 'Mine' } });
    expect(response.status).toBe(201);
    const { url } = Object(await response.json());
    expect((await open(url)).status).toBe(200);
    await setRole('developer');
    expect((await open(url)).status).toBe(404);
    const refused = await browser.open(path, { method: 'POST', headers, body: { name: 'Mine' } });
    expect(refused.status).toBe(403);
  });
});
