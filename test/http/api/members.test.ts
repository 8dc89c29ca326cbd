import { beforeAll, describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import { updateMembers } from '../../../src/access/update-members.ts';
import { applyFacts } from '../../../src/facts/apply.ts';
import { Browser } from '../../support/browser.ts';
import type { Person } from '../../support/github/truth/person.ts';
import { createTestLogin } from '../../support/login.ts';

const { api, db, standIn, acme, other, request, get } = await createTestLogin();
const admins = [...acme.members].filter(([, role]) => role === 'admin').map(([person]) => person);
const members = [...acme.members].filter(([, role]) => role === 'member').map(([person]) => person);
const [owner, ...owners] = admins;
const [member, colleague] = members;
const [guest, wrong] = [...other.members.keys()].filter((person) => !acme.members.has(person));
if (!owner || !member || !colleague || !guest || !wrong) throw new Error('people are missing');
const MEMBERS = '/api/v1/orgs/acme/members';

async function logIn(person: Person, path = '/login') {
  const browser = new Browser(api);
  standIn.oauth.person = person;
  const done = await browser.logIn(path);
  return { browser, status: done.status };
}

async function as(person: Person) {
  const { browser } = await logIn(person);
  const headers = { 'x-csrf-token': await browser.csrfToken() };
  return async (method: string, path: string, body?: unknown) => {
    const answer = await browser.open(path, { method, headers, ...(body !== undefined && { body }) });
    return { status: answer.status, body: Object(await answer.json()) };
  };
}

async function find(login: string) {
  const { body } = await get(`${MEMBERS}?limit=100`);
  return body.data.find((row) => row['login'] === login);
}

/** As when GitHub tells of everybody in the organization. */
async function tellMembers(left: readonly Person[] = []): Promise<void> {
  await withTenant(db, acme.id, async (trx) => {
    const at = new Date().toISOString();
    const contributors = [...acme.members.keys()].map(({ id, login }) => ({
      contributor_id: id,
      observed: { at, login, name: null, type: 'User' },
    }));
    const organization_members = [...acme.members].map(([person, role]) => ({
      user_id: person.id,
      observed: { at, role: role === 'admin' ? 'owner' : 'member', removed_at: left.includes(person) ? at : null },
    }));
    await applyFacts(trx, acme.id, [{ contributors, organization_members }]);
    await updateMembers(trx, acme.id, 'all');
  });
}

beforeAll(() => tellMembers());

describe('members', () => {
  it('are those of GitHub, with the flags of their role', async () => {
    expect(await find(owner.login)).toMatchObject({ role: 'owner', source: 'github', can_manage_members: true });
    expect(await find(member.login)).toMatchObject({
      role: 'developer',
      invited_by: null,
      can_view_analytics: true,
      can_export_data: false,
    });
  });

  it('keep a role that is set by hand, and get it back from GitHub on demand', async () => {
    const changed = await request('PATCH', `${MEMBERS}/${member.login}`, {}, { role: 'admin', can_export_data: false });
    expect(changed.body).toMatchObject({ role: 'admin', source: 'manual', can_export_data: false });
    await tellMembers();
    expect(await find(member.login)).toMatchObject({ role: 'admin', source: 'manual' });
    const back = await request('PATCH', `${MEMBERS}/${member.id}`, {}, { role: null, can_export_data: null });
    expect(back.body).toMatchObject({ role: 'developer', source: 'github', can_export_data: false });
  });

  it('who leave the organization lose what was set by hand', async () => {
    await request('PATCH', `${MEMBERS}/${colleague.login}`, {}, { role: 'admin' });
    await tellMembers([colleague]);
    expect(await find(colleague.login)).toBeUndefined();
    await tellMembers();
    expect(await find(colleague.login)).toMatchObject({ role: 'developer', source: 'github' });
  });

  it('who are removed by hand stay removed, whatever GitHub lists', async () => {
    expect((await request('DELETE', `${MEMBERS}/${colleague.login}`)).status).toBe(200);
    await tellMembers();
    expect(await find(colleague.login)).toBeUndefined();
    expect((await request('DELETE', `${MEMBERS}/${colleague.login}`)).status).toBe(404);
  });

  it('always have an owner', async () => {
    for (const { login } of owners) await request('PATCH', `${MEMBERS}/${login}`, {}, { role: 'viewer' });
    const demoted = await request('PATCH', `${MEMBERS}/${owner.login}`, {}, { role: 'admin' });
    expect(demoted).toMatchObject({ status: 409, body: { detail: expect.stringContaining('last owner') } });
    expect((await request('DELETE', `${MEMBERS}/${owner.login}`)).status).toBe(409);
    for (const { login } of owners) await request('PATCH', `${MEMBERS}/${login}`, {}, { role: null });
  });

  it('have an owner also when who is the last one by hand is given back to GitHub', async () => {
    const all = [owner, ...owners];
    expect((await request('PATCH', `${MEMBERS}/${member.login}`, {}, { role: 'owner' })).status).toBe(200);
    for (const { login } of all) await request('PATCH', `${MEMBERS}/${login}`, {}, { role: 'viewer' });
    expect((await request('PATCH', `${MEMBERS}/${member.login}`, {}, { role: null })).status).toBe(409);
    for (const { login } of [...all, member]) await request('PATCH', `${MEMBERS}/${login}`, {}, { role: null });
    expect(await find(member.login)).toMatchObject({ role: 'developer' });
  });

  it('always have an owner who may manage them', async () => {
    const refuse = { can_manage_members: false };
    for (const { login } of owners) {
      expect((await request('PATCH', `${MEMBERS}/${login}`, {}, refuse)).status).toBe(200);
    }
    const last = await request('PATCH', `${MEMBERS}/${owner.login}`, {}, refuse);
    expect(last).toMatchObject({ status: 409, body: { detail: expect.stringContaining('last owner') } });
    expect((await request('PATCH', `${MEMBERS}/${owner.login}`, {}, { role: 'admin' })).status).toBe(409);
    for (const { login } of owners) await request('PATCH', `${MEMBERS}/${login}`, {}, { can_manage_members: null });
  });

  it('keep an owner also when two demote, or remove, each other at once', async () => {
    const [one, other] = [owner, colleague];
    await withTenant(db, acme.id, (trx) =>
      trx.deleteFrom('members').where('tenant_id', '=', acme.id).where('user_id', '=', other.id).execute(),
    );
    await tellMembers();
    const others = owners.map(({ login }) => request('PATCH', `${MEMBERS}/${login}`, {}, { role: 'viewer' }));
    await Promise.all(others);
    const attempts = [
      (person: Person) => request('PATCH', `${MEMBERS}/${person.login}`, {}, { role: 'viewer' }),
      (person: Person) => request('DELETE', `${MEMBERS}/${person.login}`),
    ];
    for (const attempt of [...attempts, ...attempts]) {
      await withTenant(db, acme.id, (trx) =>
        trx
          .updateTable('members')
          .set({ role: 'owner', source: 'manual', removed_at: null })
          .where('tenant_id', '=', acme.id)
          .where('user_id', 'in', [one.id, other.id])
          .execute(),
      );
      const statuses = (await Promise.all([attempt(one), attempt(other)])).map(({ status }) => status);
      expect(new Set(statuses)).toEqual(new Set([200, 409]));
    }
    await withTenant(db, acme.id, (trx) =>
      trx.updateTable('members').set({ source: 'github', removed_at: null }).where('tenant_id', '=', acme.id).execute(),
    );
    await tellMembers();
  });

  it('give nobody more than they have themselves', async () => {
    await request('PATCH', `${MEMBERS}/${member.login}`, {}, { can_manage_members: true });
    const developer = await as(member);
    const change = async (login: string, body: object) =>
      (await developer('PATCH', `${MEMBERS}/${login}`, body)).status;
    expect(await change(member.login, { role: 'owner' })).toBe(403);
    expect(await change(member.login, { can_export_data: true })).toBe(403);
    expect(await change(owner.login, { role: 'viewer' })).toBe(403);
    expect((await developer('DELETE', `${MEMBERS}/${owner.login}`)).status).toBe(403);
    expect((await developer('POST', MEMBERS, { login: 'x', role: 'admin' })).status).toBe(403);
    expect(await change(member.login, { role: 'viewer' })).toBe(200);
    await request('PATCH', `${MEMBERS}/${member.login}`, {}, { role: null, can_manage_members: null });
    expect(await change(member.login, { role: 'viewer' })).toBe(403);
  });
});

async function invite(body: object): Promise<string> {
  const sent = await request('POST', MEMBERS, {}, { role: 'viewer', ...body });
  expect(sent.status).toBe(201);
  const { pathname, search } = new URL(String(sent.body['url']));
  return pathname + search;
}

describe('an invitation', () => {
  it('is for one person, who becomes a member by it, once', async () => {
    const link = await invite({ login: guest.login.toUpperCase(), can_export_data: true });
    expect((await logIn(wrong, link)).status).toBe(403);
    expect((await logIn(guest, link)).status).toBe(303);
    expect(await find(guest.login)).toMatchObject({
      role: 'viewer',
      source: 'manual',
      invited_by: 'operator',
      can_export_data: true,
    });
    expect((await logIn(guest, link)).status).toBe(403);
    const { browser } = await logIn(guest);
    expect((await browser.open('/api/v1/orgs/acme')).status).toBe(200);
    await tellMembers();
    expect(await find(guest.login)).toMatchObject({ role: 'viewer', source: 'manual' });
    expect((await request('POST', MEMBERS, {}, { login: guest.login, role: 'viewer' })).status).toBe(409);
  });

  it('is over with its time', async () => {
    const link = await invite({ email: wrong.email, expires_in_days: 1 });
    await withTenant(db, acme.id, (trx) =>
      trx
        .updateTable('invitations')
        .set({ expires_at: new Date(Date.now() - 1_000) })
        .where('tenant_id', '=', acme.id)
        .execute(),
    );
    expect((await logIn(wrong, link)).status).toBe(403);
    expect((await get('/api/v1/orgs/acme/invitations')).body.data).toEqual([]);
    expect(await find(wrong.login)).toBeUndefined();
  });

  it('can be for an email that GitHub has verified', async () => {
    const link = await invite({ email: wrong.email.toUpperCase() });
    expect((await logIn(guest, link)).status).toBe(403);
    expect((await logIn(wrong, link)).status).toBe(303);
    expect(await find(wrong.login)).toMatchObject({ role: 'viewer' });
  });

  it('does not change somebody who is a member already', async () => {
    const link = await invite({ email: owner.email });
    expect((await logIn(owner, link)).status).toBe(403);
    expect(await find(owner.login)).toMatchObject({ role: 'owner' });
  });

  it('is listed without its link, and can be taken back', async () => {
    const link = await invite({ login: 'somebody' });
    const { body } = await get('/api/v1/orgs/acme/invitations?limit=100');
    const listed = body.data.find((row) => row['login'] === 'somebody');
    expect(JSON.stringify(listed)).not.toContain('shi_');
    const path = `/api/v1/orgs/acme/invitations/${String(listed?.['id'])}`;
    expect((await request('DELETE', path)).status).toBe(200);
    expect((await request('DELETE', path)).status).toBe(404);
    expect((await logIn({ ...wrong, login: 'somebody' }, link)).status).toBe(403);
  });

  it.each([
    [{ role: 'viewer' }, 422],
    [{ role: 'viewer', login: 'a', email: 'a@b.example' }, 422],
    [{ role: 'king', login: 'a' }, 400],
    [{ role: 'viewer', email: 'nobody' }, 400],
    [{ role: 'viewer', login: 'a', expires_in_days: 31 }, 400],
  ])('is refused for %j', async (body, status) => {
    expect((await request('POST', MEMBERS, {}, body)).status).toBe(status);
  });
});
