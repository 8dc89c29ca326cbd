import { describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import { recordAccessReads } from '../../../src/access/access-reads.ts';
import { updateAccessOf } from '../../../src/access/update-access-of.ts';
import { updateAccess } from '../../../src/access/update-access.ts';
import type { Facts } from '../../../src/facts/facts.ts';
import { createTestApi, repositoryFact, SEEN_AT, storeFacts } from '../../support/api.ts';
import { contributorFact } from '../../support/sample-facts.ts';

const { db, get, request } = await createTestApi();
const [ACME, OTHER] = [1, 2];
const [SHOP, DOCS] = [11, 12];
const [ANN, BEN, CY] = [101, 102, 103];
const seen = { at: SEEN_AT, removed_at: null };

const team = (team_id: number, slug: string, parent_id: number | null) => ({
  team_id,
  observed: { ...seen, slug, name: slug.toUpperCase(), parent_id },
});

await storeFacts(
  db,
  ACME,
  'acme',
  repositoryFact(SHOP, 'acme/shop'),
  repositoryFact(DOCS, 'acme/docs'),
  {
    contributors: [contributorFact(ANN, 'Ann'), contributorFact(BEN, 'ben'), contributorFact(CY, 'cy')],
    organization_members: [
      { user_id: ANN, observed: { ...seen, role: 'owner' } },
      { user_id: BEN, observed: { ...seen, role: 'member' } },
    ],
    organization_settings: [{ observed: { at: SEEN_AT, base_permission: 'read' } }],
    teams: [team(41, 'backend', null), team(42, 'platform', 41), { ...team(43, 'gone', null) }],
    team_members: [{ team_id: 42, user_id: BEN, observed: { ...seen, role: 'maintainer' } }],
    team_repositories: [{ team_id: 41, repository_id: SHOP, observed: { ...seen, permission: 'write' } }],
    repository_collaborators: [{ repository_id: SHOP, user_id: CY, observed: { ...seen, permission: 'triage' } }],
  },
  {
    teams: [{ team_id: 43, observed: { ...team(43, 'gone', null).observed, at: later(1), removed_at: later(1) } }],
  },
);
await storeFacts(db, OTHER, 'other', repositoryFact(21, 'other/shop'), {
  contributors: [contributorFact(CY, 'cy')],
  teams: [team(44, 'theirs', null)],
});
await withTenant(db, ACME, async (trx) => {
  await recordAccessReads(trx, ACME, [{ scope: 'collaborators', repositoryId: SHOP, at: SEEN_AT, reason: null }]);
  await updateAccess(trx, ACME, 'all');
});

function later(days: number): string {
  return new Date(Date.parse(SEEN_AT) + days * 86_400_000).toISOString();
}

/** What an event would tell. */
async function change(facts: Facts): Promise<void> {
  await storeFacts(db, ACME, 'acme', facts);
  await withTenant(db, ACME, (trx) => updateAccessOf(trx, ACME, [facts]));
}

const levels = (body: { data: Record<string, unknown>[] }) =>
  body.data.map(({ person, repository, level, path }) => [
    repository ?? (person as { login: string }).login,
    level,
    path,
  ]);

describe('teams', () => {
  it('are listed by slug, without those that are gone', async () => {
    const { body } = await get('/api/v1/orgs/acme/teams');
    expect(body.data).toEqual([
      { id: 41, slug: 'backend', name: 'BACKEND', parent: null, lead: null, members: 0, repositories: 1 },
      {
        id: 42,
        slug: 'platform',
        name: 'PLATFORM',
        parent: { id: 41, slug: 'backend' },
        lead: null,
        members: 1,
        repositories: 0,
      },
    ]);
    const first = await get('/api/v1/orgs/acme/teams?limit=1');
    const second = await get(`/api/v1/orgs/acme/teams?limit=1&cursor=${first.body.next_cursor}`);
    expect([...first.body.data, ...second.body.data]).toEqual(body.data);
    expect(second.body.next_cursor).toBeNull();
  });

  it.each(['platform', 'Platform', '42'])('are found as %s', async (name) => {
    expect((await get(`/api/v1/orgs/acme/teams/${name}`)).body).toMatchObject({ id: 42 });
  });

  it('have their own members', async () => {
    const { body } = await get('/api/v1/orgs/acme/teams/platform/members');
    expect(body.data).toEqual([{ person: { login: 'ben', id: BEN, type: 'User' }, role: 'maintainer' }]);
  });

  it('have the lead that somebody sets, which is in the audit log', async () => {
    const path = '/api/v1/orgs/acme/teams/platform';
    const set = await request('PATCH', path, {}, { lead: 'ann' });
    expect(set).toMatchObject({ status: 200, body: { lead: { login: 'Ann', id: ANN, type: 'User' } } });
    expect((await get(path)).body).toEqual(set.body);
    expect((await request('PATCH', path, {}, { lead: 'nobody' })).status).toBe(422);
    expect((await request('PATCH', path, {}, {})).status).toBe(400);
    expect((await request('PATCH', path, {}, { lead: String(BEN) })).body).toMatchObject({ lead: { login: 'ben' } });
    expect((await request('PATCH', path, {}, { lead: null })).body).toMatchObject({ lead: null });
    const { body } = await get('/api/v1/orgs/acme/audit-log?action=team.change');
    expect(body.data.map(({ target, before, after }) => [target, before, after])).toEqual([
      ['team platform', { lead: 'ben' }, { lead: null }],
      ['team platform', { lead: 'Ann' }, { lead: 'ben' }],
      ['team platform', { lead: null }, { lead: 'Ann' }],
    ]);
  });

  it.each(['gone', 'theirs', '44', 'x'])('that are not there answer 404: %s', async (name) => {
    expect((await get(`/api/v1/orgs/acme/teams/${name}`)).status).toBe(404);
    expect((await get(`/api/v1/orgs/acme/teams/${name}/members`)).status).toBe(404);
  });
});

describe('access', () => {
  it('to a repository names the grant of each person', async () => {
    const { body } = await get('/api/v1/orgs/acme/repositories/shop/access');
    expect(levels(body)).toEqual([
      ['Ann', 'admin', 'owner'],
      ['ben', 'write', 'team backend › platform'],
      ['cy', 'triage', 'direct'],
    ]);
    expect(body.data[0]).toMatchObject({ difference: null, reason: null, custom_role: null });
  });

  it('to a repository that was not read is unknown, and never none', async () => {
    const { body } = await get('/api/v1/orgs/acme/repositories/docs/access');
    expect(levels(body)).toEqual([
      ['Ann', 'unknown', null],
      ['ben', 'unknown', null],
    ]);
    expect(body.data[0]).toMatchObject({ reason: 'Nobody has read it by then.' });
  });

  it('of a person is listed for every repository', async () => {
    expect(levels((await get('/api/v1/orgs/acme/people/BEN/access')).body)).toEqual([
      ['acme/docs', 'unknown', null],
      ['acme/shop', 'write', 'team backend › platform'],
    ]);
  });

  it('goes page by page', async () => {
    const first = await get('/api/v1/orgs/acme/repositories/shop/access?limit=2');
    const second = await get(`/api/v1/orgs/acme/repositories/shop/access?limit=2&cursor=${first.body.next_cursor}`);
    expect(levels(second.body)).toEqual([['cy', 'triage', 'direct']]);
    const docs = await get('/api/v1/orgs/acme/people/ben/access?limit=1');
    const shop = await get(`/api/v1/orgs/acme/people/ben/access?limit=1&cursor=${docs.body.next_cursor}`);
    expect(levels(shop.body)).toEqual([['acme/shop', 'write', 'team backend › platform']]);
  });

  it('has an answer for any time, and a list of what changed', async () => {
    const before = (await get('/api/v1/orgs/acme/repositories/shop/access')).body.data[0]?.['since'];
    expect((await get('/api/v1/orgs/acme/access/changes')).body.data).toEqual([]);
    await change({
      repository_collaborators: [
        { repository_id: SHOP, user_id: CY, observed: { at: later(2), permission: null, removed_at: later(2) } },
      ],
    });
    await change({
      team_repositories: [
        { team_id: 41, repository_id: SHOP, observed: { ...seen, at: later(2), permission: 'maintain' } },
      ],
    });
    const now = await get('/api/v1/orgs/acme/repositories/shop/access');
    expect(levels(now.body)).toEqual([
      ['Ann', 'admin', 'owner'],
      ['ben', 'maintain', 'team backend › platform'],
    ]);
    expect(levels((await get('/api/v1/orgs/acme/people/cy/access')).body)).toEqual([
      ['acme/docs', 'unknown', null],
      ['acme/shop', 'none', null],
    ]);
    const then = await get(`/api/v1/orgs/acme/repositories/shop/access?at=${String(before)}`);
    expect(levels(then.body).map(([, level]) => level)).toEqual(['admin', 'write', 'triage']);
    const cyThen = await get(`/api/v1/orgs/acme/people/cy/access?at=${String(before)}`);
    expect(levels(cyThen.body)[1]).toEqual(['acme/shop', 'triage', 'direct']);
    const longAgo = await get('/api/v1/orgs/acme/repositories/shop/access?at=2020-01-01');
    expect(new Set(longAgo.body.data.map(({ level }) => level))).toEqual(new Set(['unknown']));

    const changes = await get('/api/v1/orgs/acme/access/changes');
    expect(changes.body.data).toMatchObject([
      {
        person: { login: 'ben' },
        repository: 'acme/shop',
        from: 'write',
        to: 'maintain',
        path: 'team backend › platform',
      },
      { person: { login: 'cy' }, repository: 'acme/shop', from: 'triage', to: 'none', path: null },
    ]);
    const first = await get('/api/v1/orgs/acme/access/changes?limit=1');
    const second = await get(`/api/v1/orgs/acme/access/changes?limit=1&cursor=${first.body.next_cursor}`);
    expect([...first.body.data, ...second.body.data]).toEqual(changes.body.data);
    expect((await get('/api/v1/orgs/acme/access/changes?person=cy&repository=shop')).body.data).toHaveLength(1);
    expect((await get('/api/v1/orgs/acme/access/changes?until=2020-01-01')).body.data).toEqual([]);
  });

  it.each(['repositories/shop', 'people/ben'])('of %s is refused for a time that is none, or to come', async (path) => {
    for (const at of ['yesterday', '2026-02-30', '', '9999-01-01', new Date(Date.now() + 60_000).toISOString()]) {
      const answer = await get(`/api/v1/orgs/acme/${path}/access?at=${at}`);
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/query/at' }] } });
    }
  });

  it.each([
    '/api/v1/orgs/other/repositories/docs/access',
    '/api/v1/orgs/other/people/ben/access',
    '/api/v1/orgs/acme/repositories/21/access',
    '/api/v1/orgs/acme/people/nobody/access',
    '/api/v1/orgs/nobody/access/changes',
    '/api/v1/orgs/nobody/teams',
  ])('of another tenant is not there: %s', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  it('of a person in one organization is not told to another', async () => {
    expect(levels((await get('/api/v1/orgs/other/people/cy/access')).body)).toEqual([['other/shop', 'unknown', null]]);
    expect((await get('/api/v1/orgs/other/access/changes')).body.data).toEqual([]);
  });
});
