import { describe, expect, it } from 'vitest';
import { createTestApi, storeFacts } from '../../support/api.ts';
import { ACME, ANN, SHOP, day, storeSampleOrgs } from '../../support/sample-orgs.ts';

const { db, get } = await createTestApi();
await storeSampleOrgs(db);

const ids = (body: { data: Record<string, unknown>[] }, key = 'id') => body.data.map((row) => row[key]);

describe('organizations', () => {
  it('are listed by login, with their installation', async () => {
    const { body } = await get('/api/v1/orgs');
    expect(ids(body, 'login')).toEqual(['Acme', 'other']);
    expect(body.data[0]).toMatchObject({
      id: ACME,
      type: 'Organization',
      installation_id: 77,
      suspended_at: day(3),
      plan: 'enterprise',
    });
    expect(body.data[1]).toMatchObject({ installation_id: null, suspended_at: null });
    expect(body.next_cursor).toBeNull();
  });

  it.each(['Acme', 'acme', 'ACME', '4711'])('are found by %s, with counts to compare', async (name) => {
    const { body } = await get(`/api/v1/orgs/${name}`);
    expect(body).toMatchObject({
      login: 'Acme',
      counts: { pull_requests: 3, pull_requests_merged: 1, issues: 2, releases: 2, deployments: 4, authors: 2 },
    });
  });
});

describe('repositories', () => {
  it('are listed by name, without deleted ones, and their metrics are null and not zero', async () => {
    const { body } = await get('/api/v1/orgs/acme/repositories');
    expect(ids(body, 'full_name')).toEqual(['Acme/docs', 'Acme/Shop']);
    expect(body.data[1]).toMatchObject({
      id: SHOP,
      private: true,
      archived: null,
      tracked: true,
      lead_time_for_changes: null,
    });
  });

  it.each(['shop', 'Shop', '11'])('are found by %s, with counts to compare with git', async (name) => {
    const { body } = await get(`/api/v1/orgs/acme/repositories/${name}`);
    expect(body['counts']).toEqual({
      commits: 2,
      authors: 1,
      pull_requests: 2,
      pull_requests_merged: 1,
      issues: 2,
      releases: 2,
      deployments: 4,
    });
  });

  it('are not tracked once the app can not see them', async () => {
    await storeFacts(db, ACME, 'Acme', {
      repositories: [{ repository_id: 12, installed: { at: day(9), installed: false } }],
    });
    expect(ids((await get('/api/v1/orgs/acme/repositories?tracked=false')).body, 'full_name')).toEqual(['Acme/docs']);
    expect(ids((await get('/api/v1/orgs/acme/repositories?tracked=true')).body, 'full_name')).toEqual(['Acme/Shop']);
  });
});

describe('contributors', () => {
  it('count what they did, over all their emails', async () => {
    const { body } = await get('/api/v1/orgs/acme/contributors');
    expect(body.data).toHaveLength(4);
    expect(body.data.map(({ login, name }) => login ?? name)).toEqual(['Ann', 'ben', 'checks[bot]', 'Cy']);
    expect(body.data[0]).toEqual({
      id: ANN,
      login: 'Ann',
      name: null,
      type: 'User',
      commits: 2,
      pull_requests: 1,
      pull_requests_merged: 1,
      reviews: 1,
      first_seen_at: day(1),
      last_seen_at: day(7),
      merged_into: null,
      merged: [],
      bot: null,
      excluded: false,
    });
    expect(body.data[3]).toMatchObject({
      login: null,
      name: 'Cy',
      commits: 1,
      pull_requests: 0,
      first_seen_at: day(4),
    });
    expect((await get(`/api/v1/orgs/acme/contributors/${String(body.data[3]?.['id'])}`)).body).toEqual(body.data[3]);
  });

  it.each([
    ['type=Bot', ['checks[bot]']],
    ['login=ANN', ['Ann']],
    ['commits=true', ['Ann', null]],
    ['commits=false', ['ben', 'checks[bot]']],
  ])('with %s are %j', async (query, logins) => {
    expect(ids((await get(`/api/v1/orgs/acme/contributors?${query}`)).body, 'login')).toEqual(logins);
  });
});

describe("another organization's things", () => {
  it.each([
    'repositories/secret',
    'repositories/91',
    'repositories/gone',
    'pulls/secret/1',
    'pulls/shop/99',
    'deployments/900',
    'contributors/509',
    'commits?repository=secret',
    'deployments?repository=91',
  ])('are not found at %s', async (path) => {
    expect((await get(`/api/v1/orgs/acme/${path}`)).status).toBe(404);
  });

  it('are in no list', async () => {
    for (const path of ['commits?author=eve', 'contributors?login=eve', 'pulls?author=509']) {
      expect((await get(`/api/v1/orgs/acme/${path}`)).body.data).toEqual([]);
    }
  });
});
