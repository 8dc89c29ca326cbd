import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { createApi } from '../../../src/http/api/app.ts';
import { onRevocation } from '../../../src/reactions/on-revocation.ts';
import type { Subscriber } from '../../../src/reactions/reaction-deps.ts';
import { createSession } from '../../../src/tenancy/sessions.ts';
import { Browser } from '../../support/browser.ts';
import { createTestLogin } from '../../support/login.ts';

const { api, db, deps, standIn, acme, other, request } = await createTestLogin();
const people = [...acme.members];
const [owner] = people.find(([, role]) => role === 'admin') ?? [];
const [member] = people.find(([, role]) => role === 'member') ?? [];
const theirs = [...other.members.keys()].find((person) => !acme.members.has(person));
if (!owner || !member || !theirs) throw new Error('the sample organizations have people of each kind');
const SESSION = '__Host-shiplog-session';

let browser: Browser;
beforeEach(() => {
  browser = new Browser(api);
  standIn.oauth.person = member;
});

const statusOf = async (path: string) => (await browser.open(path)).status;

describe('logging in with GitHub', () => {
  it('asks GitHub with a state, PKCE and the exact callback', async () => {
    const begun = await browser.open('/login');
    expect(begun.status).toBe(302);
    const url = new URL(begun.headers.get('location') ?? '');
    expect(url.origin).toBe(standIn.url);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: standIn.oauth.clientId,
      redirect_uri: 'https://shiplog.test/login/callback',
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
  });

  it('begins where GitHub sends the browser back to, also for who comes by an own domain of their organization', async () => {
    const served = { domain: 'metrics.acme.example', tenant_id: acme.id };
    await db.insertInto('served_domains').values(served).execute();
    const begun = await browser.open('https://metrics.acme.example/login?invitation=shi_x&return_to=/a', {
      headers: { host: served.domain },
    });
    expect([begun.status, begun.headers.get('location')]).toEqual([
      302,
      'https://shiplog.test/login?invitation=shi_x&return_to=/a',
    ]);
    expect(browser.cookies.size).toBe(0);
  });

  it('makes a session with a cookie for this host alone, and a person of GitHub a member', async () => {
    const done = await browser.logIn('/login?return_to=/orgs/acme?from=2026-01-01');
    expect(done.status).toBe(303);
    expect(done.headers.get('location')).toBe('/orgs/acme?from=2026-01-01');
    const cookie = done.headers.getSetCookie().find((set) => set.startsWith(SESSION)) ?? '';
    for (const attribute of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax', 'Max-Age=604800']) {
      expect(cookie).toContain(attribute);
    }
    expect(cookie).not.toContain('Domain');
    const me = await (await browser.open('/api/v1/me')).json();
    expect(me).toMatchObject({ kind: 'person', login: member.login, id: member.id, orgs: [{ login: 'acme' }] });
    const stored = await db.selectFrom('sessions').selectAll().execute();
    expect(JSON.stringify(stored)).not.toContain(browser.cookies.get(SESSION));
    expect(standIn.violations).toEqual([]);
  });

  it('gives an owner of the organization that role at once', async () => {
    standIn.oauth.person = owner;
    await browser.logIn();
    const me = await (await browser.open('/api/v1/me')).json();
    expect(me).toMatchObject({ orgs: [{ login: 'acme', role: 'owner', can_manage_members: true }] });
    expect(await statusOf('/api/v1/orgs/acme/tokens')).toBe(200);
  });

  it('shows nothing of an organization whose installation GitHub does not list, whatever the address says', async () => {
    const callback = await browser.askGitHub(await browser.open('/login'));
    const { id } = standIn.truth.installations.find(({ organization }) => organization === other) ?? {};
    await browser.open(`${callback}&installation_id=${id}&setup_action=install`);
    expect(await statusOf('/api/v1/orgs/other')).toBe(404);
    const { data } = Object(await (await browser.open('/api/v1/orgs')).json());
    expect(data).toEqual([expect.objectContaining({ login: 'acme' })]);
  });

  it('ends the session of before', async () => {
    await browser.logIn();
    const before = browser.cookies.get(SESSION) ?? '';
    await browser.logIn();
    expect(browser.cookies.get(SESSION)).not.toBe(before);
    browser.cookies.set(SESSION, before);
    expect(await statusOf('/api/v1/me')).toBe(401);
  });

  it.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/\t/evil.example'])(
    'goes nowhere else afterwards: %j',
    async (path) => {
      const done = await browser.logIn(`/login?return_to=${encodeURIComponent(path)}`);
      expect(done.headers.get('location')).toBe('/');
    },
  );
});

const refused = async (callback: string) => {
  const answer = await browser.open(callback);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(browser.cookies.has(SESSION)).toBe(false);
  return answer.status;
};

describe('a login is refused', () => {
  it('that was begun in another browser', async () => {
    const victim = new Browser(api);
    const callback = await victim.askGitHub(await victim.open('/login'));
    expect(await refused(callback)).toBe(403);
    await browser.open('/login');
    expect(await refused(callback)).toBe(403);
  });

  it('that has another state, no code, or a code of before', async () => {
    const callback = new URL(await browser.askGitHub(await browser.open('/login')));
    const attempt = browser.cookies.get('__Host-shiplog-login') ?? '';
    const again = (change: (query: URLSearchParams) => void) => {
      browser.cookies.set('__Host-shiplog-login', attempt);
      const changed = new URL(callback);
      change(changed.searchParams);
      return refused(changed.href);
    };
    expect(await again((query) => query.set('state', 'x'.repeat(43)))).toBe(403);
    expect(await again((query) => query.delete('code'))).toBe(403);
    expect(await again((query) => query.set('code', 'x'))).toBe(403);
    browser.cookies.set('__Host-shiplog-login', attempt);
    expect((await browser.open(callback.href)).status).toBe(303);
    browser.cookies.delete(SESSION);
    expect(await again(() => {})).toBe(403);
  });

  it('to who does not agree', async () => {
    standIn.oauth.person = null;
    const callback = await browser.askGitHub(await browser.open('/login'));
    expect(await refused(callback)).toBe(403);
  });

  it('while it is not configured, and the answer says how', async () => {
    const answer = await createApi({ ...deps, operatorToken: undefined }).request('/login');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('GITHUB_CLIENT_ID') });
  });
});

describe('a session', () => {
  it('shows a member whom GitHub made one what GitHub let them see when they logged in', async () => {
    await browser.logIn();
    const { id: userId, login } = member;
    const seen = async (tenantIds: readonly number[]) => {
      browser.cookies.set(
        SESSION,
        await createSession(db, { userId, login, tenantIds, address: null, userAgent: null }),
      );
      const { orgs } = Object(await (await browser.open('/api/v1/me')).json());
      return [(await browser.open('/api/v1/orgs/acme')).status, orgs.length];
    };
    expect(await seen([acme.id])).toEqual([200, 1]);
    expect(await seen([])).toEqual([404, 0]);
  });

  it('writes only from our own pages', async () => {
    standIn.oauth.person = owner;
    await browser.logIn();
    const token = await browser.csrfToken();
    const body = { name: 'x', scopes: ['read'] };
    const write = async (headers: Record<string, string>) =>
      (await browser.open('/api/v1/orgs/acme/tokens', { method: 'POST', headers, body })).status;
    expect(await write({ origin: 'https://shiplog.test' })).toBe(403);
    expect(await write({ origin: 'https://shiplog.test', 'x-csrf-token': 'x'.repeat(token.length) })).toBe(403);
    expect(await write({ origin: 'https://evil.example', 'x-csrf-token': token })).toBe(403);
    expect(await write({ origin: 'null', 'x-csrf-token': token })).toBe(403);
    expect(await write({ origin: 'https://shiplog.test', 'x-csrf-token': token })).toBe(201);
  });

  it('ends when its person logs out', async () => {
    await browser.logIn();
    const secret = browser.cookies.get(SESSION) ?? '';
    expect((await browser.open('/logout', { method: 'POST' })).status).toBe(403);
    const headers = { 'x-csrf-token': await browser.csrfToken() };
    expect((await browser.open('/logout', { method: 'POST', headers })).status).toBe(204);
    expect(browser.cookies.has(SESSION)).toBe(false);
    browser.cookies.set(SESSION, secret);
    expect(await statusOf('/api/v1/me')).toBe(401);
  });

  it('ends with its time', async () => {
    await browser.logIn();
    await sql`update sessions set expires_at = now() - interval '1 second'`.execute(db);
    expect(await statusOf('/api/v1/me')).toBe(401);
  });

  it('ends when its person takes back what they allowed the App, or the organization uninstalls it', async () => {
    const handlers = new Map<string, (context: { payload: object }) => Promise<void>>();
    const on = (name: string, handler: (context: { payload: object }) => Promise<void>) => handlers.set(name, handler);
    onRevocation({ on } as unknown as Subscriber, { db });
    const strangers = new Browser(api);
    standIn.oauth.person = theirs;
    await strangers.logIn();
    for (const [event, payload] of [
      ['github_app_authorization.revoked', { sender: { id: member.id } }],
      ['installation.deleted', { installation: { account: { id: acme.id } } }],
    ] as const) {
      standIn.oauth.person = member;
      await browser.logIn();
      expect(await statusOf('/api/v1/me')).toBe(200);
      await handlers.get(event)?.({ payload });
      expect([event, await statusOf('/api/v1/me')]).toEqual([event, 401]);
    }
    expect((await strangers.open('/api/v1/me')).status).toBe(200);
  });

  it('sees an organization no more from the moment its person is no member', async () => {
    await browser.logIn();
    expect(await statusOf('/api/v1/orgs/acme')).toBe(200);
    expect((await request('DELETE', `/api/v1/orgs/acme/members/${member.login}`)).status).toBe(200);
    expect(await statusOf('/api/v1/orgs/acme')).toBe(404);
    await browser.logIn();
    expect(await statusOf('/api/v1/orgs/acme')).toBe(404);
  });
});
