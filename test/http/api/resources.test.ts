import { describe, expect, it } from 'vitest';
import { createTestApi, repositoryFact, storeFacts } from '../../support/api.ts';
import {
  commitFact,
  contributorFact,
  deploymentFact,
  emailFact,
  issueFact,
  pullFact,
  releaseFact,
  reviewFact,
  statusFact,
} from '../../support/sample-facts.ts';

const { db, get } = await createTestApi();
const ACME = 4_711;
const SHOP = 11;
const [ANN, BEN, BOT] = [501, 502, 503];
const day = (n: number, time = '10:00:00.000') => `2026-02-${String(n).padStart(2, '0')}T${time}Z`;

await storeFacts(
  db,
  ACME,
  'Acme',
  repositoryFact(SHOP, 'Acme/Shop'),
  repositoryFact(12, 'Acme/docs'),
  {
    repositories: [
      { repository_id: 13, named: { at: day(1), full_name: 'Acme/gone', private: true }, deleted_at: day(2) },
    ],
  },
  {
    installations: [
      {
        installation_id: 77,
        observed: {
          at: day(1),
          app_id: 1,
          repository_selection: 'all',
          permissions: {},
          events: [],
          created_at: day(1),
          suspended_at: day(3),
        },
      },
      { installation_id: 76, deleted_at: day(1) },
    ],
    contributors: [
      contributorFact(ANN, 'Ann'),
      contributorFact(BEN, 'ben'),
      contributorFact(BOT, 'checks[bot]', 'Bot'),
    ],
    contributor_emails: [
      emailFact('ann@acme.example', 'Ann Lee', { login: 'Ann', user_id: ANN }),
      emailFact('ann@home.example', 'Ann', { login: 'Ann', user_id: ANN }),
      emailFact('cy@home.example', 'Cy'),
    ],
    commits: [
      {
        ...commitFact(SHOP, 'c1', { authored_at: day(1), committed_at: day(2), co_authors: ['cy@home.example'] }),
        detailed: { at: day(1), parents: ['c0'], additions: 5, deletions: 2, changed_files: 1 },
      },
      commitFact(SHOP, 'c2', { author_email: 'ann@home.example', authored_at: day(3), committed_at: day(3) }),
      commitFact(12, 'c3', {
        author_email: 'cy@home.example',
        author_name: 'Cy',
        authored_at: day(4),
        committed_at: day(4),
      }),
      commitFact(13, 'c4'),
      {
        repository_id: SHOP,
        sha: 'c5',
        detailed: { at: day(1), parents: [], additions: 1, deletions: 1, changed_files: 1 },
      },
    ],
    pull_requests: [
      {
        ...pullFact(SHOP, 1, {
          state: 'merged',
          author_id: ANN,
          created_at: day(4),
          merged_at: day(6),
          closed_at: day(6),
          merge_commit_sha: 'c2',
          labels: ['bug'],
        }),
        sized: { at: day(6), additions: 7, deletions: 3, changed_files: 2, merged_by_id: BEN },
        readied: { at: day(4), ready_at: day(4) },
        commits: { at: day(6) },
      },
      pullFact(SHOP, 2, { author_id: BEN, created_at: day(5), draft: true, base_ref: 'next', head_ref: 'wip' }),
      pullFact(12, 1, { state: 'closed', author_id: BOT, created_at: day(3), closed_at: day(4) }),
    ],
    pull_request_commits: [
      { repository_id: SHOP, number: 1, sha: 'c1', listed: { at: day(6) } },
      { repository_id: SHOP, number: 1, sha: 'c2', listed: { at: day(6) } },
      { repository_id: SHOP, number: 2, sha: 'unknown', listed: { at: day(6) } },
    ],
    reviews: [
      reviewFact(SHOP, 1, { author_id: BOT, submitted_at: day(4, '10:01:00.000'), state: 'commented' }),
      reviewFact(SHOP, 2, { author_id: ANN, submitted_at: day(4, '11:00:00.000'), state: 'commented' }),
      reviewFact(SHOP, 3, { author_id: BEN, submitted_at: day(5) }),
    ],
    comments: [
      {
        repository_id: SHOP,
        kind: 'review',
        comment_id: 1,
        observed: {
          at: day(4),
          number: 1,
          commit_sha: null,
          review_id: null,
          author_id: BEN,
          created_at: day(4, '12:00:00.000'),
        },
      },
    ],
    issues: [
      issueFact(SHOP, 3, {
        author_id: ANN,
        labels: ['incident', 'sev1'],
        state: 'closed',
        state_reason: 'completed',
        created_at: day(7),
        closed_at: day(8),
      }),
      issueFact(SHOP, 4, { created_at: day(9) }),
      { ...issueFact(SHOP, 5), deleted_at: day(9) },
    ],
    releases: [
      releaseFact(SHOP, 1, { author_id: ANN, created_at: day(6) }),
      releaseFact(SHOP, 2, { draft: true, prerelease: true, created_at: day(8), published_at: null }),
    ],
    deployments: [
      deploymentFact(SHOP, 1, { created_at: day(6) }),
      deploymentFact(SHOP, 2, { created_at: day(7), environment: 'Prod-EU', ref: 'v2' }),
      deploymentFact(SHOP, 3, { created_at: day(8), environment: 'staging', sha: 'b' }),
      deploymentFact(SHOP, 4, { created_at: day(9), environment: 'edge', production_environment: true }),
    ],
    deployment_statuses: [
      statusFact(SHOP, 1, { id: 1, state: 'failure', created_at: day(6, '10:01:00.000') }),
      statusFact(SHOP, 1, { id: 2, state: 'success', created_at: day(6, '10:02:00.000') }),
      statusFact(SHOP, 1, { id: 3, state: 'success', created_at: day(6, '10:03:00.000') }),
      statusFact(SHOP, 1, { id: 4, state: 'inactive', created_at: day(7) }),
      statusFact(SHOP, 2, { id: 5, state: 'error', created_at: day(7, '10:05:00.000') }),
      statusFact(SHOP, 3, { id: 6, state: 'in_progress', created_at: day(8) }),
    ],
  },
);
await storeFacts(db, 9, 'other', repositoryFact(91, 'other/secret'), {
  commits: [commitFact(91, 's1')],
  pull_requests: [pullFact(91, 1)],
  deployments: [deploymentFact(91, 900)],
  contributors: [contributorFact(509, 'eve')],
});

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
    expect(body.counts).toEqual({
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

describe('commits', () => {
  it('are listed latest first, with their persons', async () => {
    const { body } = await get('/api/v1/orgs/acme/commits');
    expect(ids(body, 'sha')).toEqual(['c3', 'c2', 'c1']);
    expect(body.data[2]).toEqual({
      repository: 'Acme/Shop',
      sha: 'c1',
      parents: ['c0'],
      author: { name: 'Ann', email: 'ann@acme.example', login: 'Ann', id: ANN },
      co_authors: [{ name: 'Cy', email: 'cy@home.example', login: null, id: expect.any(Number) }],
      authored_at: day(1),
      committed_at: day(2),
      message_headline: 'Commit c1',
      additions: 5,
      deletions: 2,
      changed_files: 1,
    });
    expect(body.data[2].co_authors[0].id).toBeLessThan(0);
    expect(body.data[1]).toMatchObject({ parents: null, additions: null });
  });

  it.each([
    ['repository=shop', ['c2', 'c1']],
    ['repository=12', ['c3']],
    ['author=ann', ['c2', 'c1']],
    ['author=501', ['c2', 'c1']],
    ['author=Ann@home.example', ['c2', 'c1']],
    ['author=cy@home.example', ['c3']],
    ['author=nobody', []],
    [`since=${day(3)}`, ['c3', 'c2']],
    [`until=${day(3)}`, ['c1']],
    ['since=2026-02-03&until=2026-02-04', ['c2']],
    ['since=2026-02-03T11:00:00%2B01:00&repository=shop', ['c2']],
  ])('with %s are %j', async (query, shas) => {
    expect(ids((await get(`/api/v1/orgs/acme/commits?${query}`)).body, 'sha')).toEqual(shas);
  });
});

describe('pull requests', () => {
  it('have the times of their commits and of the first review by another person', async () => {
    const { body } = await get('/api/v1/orgs/acme/pulls/shop/1');
    expect(body).toMatchObject({
      id: 1_001,
      repository: 'Acme/Shop',
      number: 1,
      state: 'merged',
      author: { login: 'Ann', id: ANN, type: 'User' },
      head_ref: 'topic',
      base_ref: 'main',
      merge_commit_sha: 'c2',
      created_at: day(4),
      ready_at: day(4),
      first_commit_at: day(1),
      first_review_at: day(4, '12:00:00.000'),
      merged_at: day(6),
      deployed_at: null,
      additions: 7,
      labels: ['bug'],
      cycle_s: null,
    });
  });

  it('have no time of a first commit while one of their commits is not known, and none of a review without one', async () => {
    const { body } = await get('/api/v1/orgs/acme/pulls/shop/2');
    expect(body).toMatchObject({ first_commit_at: null, first_review_at: null, ready_at: null, additions: null });
  });

  it.each([
    ['', [2, 1, 1]],
    ['state=merged', [1]],
    ['state=closed', [1]],
    ['state=open&base=next&head=wip', [2]],
    ['author=ben', [2]],
    ['repository=docs', [1]],
    ['author=checks%5Bbot%5D', [1]],
    ['since=2026-02-04&until=2026-02-05', [1]],
  ])('with %s are %j', async (query, numbers) => {
    expect(ids((await get(`/api/v1/orgs/acme/pulls?${query}`)).body, 'number')).toEqual(numbers);
  });
});

describe('reviews, issues and releases', () => {
  it.each([
    ['reviews', [3, 2, 1]],
    ['reviews?author=ben', [3]],
    ['reviews?state=commented', [2, 1]],
    ['reviews?repository=shop&number=1&until=2026-02-05', [2, 1]],
    ['reviews?number=2', []],
    ['issues', [2_004, 2_003]],
    ['issues?state=closed', [2_003]],
    ['issues?labels=sev1,incident', [2_003]],
    ['issues?labels=sev2', []],
    ['issues?author=ann', [2_003]],
    ['releases', [2, 1]],
    ['releases?draft=false&prerelease=false', [1]],
    ['releases?until=2026-02-07&repository=shop', [1]],
  ])('%s are %j', async (path, expected) => {
    expect(ids((await get(`/api/v1/orgs/acme/${path}`)).body)).toEqual(expected);
  });

  it('have the fields of their sources', async () => {
    expect((await get('/api/v1/orgs/acme/reviews')).body.data[2]).toEqual({
      id: 1,
      repository: 'Acme/Shop',
      number: 1,
      author: { login: 'checks[bot]', id: BOT, type: 'Bot' },
      state: 'commented',
      commit_sha: null,
      submitted_at: day(4, '10:01:00.000'),
    });
    expect((await get('/api/v1/orgs/acme/issues')).body.data[1]).toEqual({
      id: 2_003,
      repository: 'Acme/Shop',
      number: 3,
      title: 'Issue 3',
      state: 'closed',
      state_reason: 'completed',
      author: { login: 'Ann', id: ANN, type: 'User' },
      labels: ['incident', 'sev1'],
      created_at: day(7),
      closed_at: day(8),
    });
    expect((await get('/api/v1/orgs/acme/releases')).body.data[0]).toMatchObject({
      tag_name: 'v2',
      author: null,
      published_at: null,
    });
  });
});

describe('deployments', () => {
  it('have the outcome that their statuses come to', async () => {
    const { body } = await get('/api/v1/orgs/acme/deployments');
    const outcomes = body.data.map((row: Record<string, unknown>) => [
      row['id'],
      row['production'],
      row['outcome'],
      row['finished_at'],
    ]);
    expect(outcomes).toEqual([
      [4, true, 'unfinished', null],
      [3, false, 'unfinished', null],
      [2, true, 'failure', day(7, '10:05:00.000')],
      [1, true, 'success', day(6, '10:02:00.000')],
    ]);
  });

  it('are found by id, and do not claim to have no changes before these are known', async () => {
    const { body } = await get('/api/v1/orgs/acme/deployments/1');
    expect(body).toMatchObject({
      id: 1,
      source: 'github_deployment',
      sha: 'a',
      ref: 'main',
      changes: null,
      failure_causes: null,
    });
  });

  it.each([
    ['production=false', [3]],
    ['production=true&outcome=success', [1]],
    ['environment=staging', [3]],
    ['sha=b', [3]],
    ['ref=v2', [2]],
    ['outcome=unfinished', [4, 3]],
  ])('with %s are %j', async (query, expected) => {
    expect(ids((await get(`/api/v1/orgs/acme/deployments?${query}`)).body)).toEqual(expected);
  });
});

describe('contributors', () => {
  it('count what they did, over all their emails', async () => {
    const { body } = await get('/api/v1/orgs/acme/contributors');
    expect(body.data).toHaveLength(4);
    expect(ids(body).slice(0, 3)).toEqual([BOT, BEN, ANN]);
    expect(body.data[2]).toEqual({
      id: ANN,
      login: 'Ann',
      name: null,
      type: 'User',
      commits: 2,
      pull_requests: 1,
      reviews: 1,
      first_seen_at: day(1),
      last_seen_at: day(7),
    });
    expect(body.data[3]).toMatchObject({
      login: null,
      name: 'Cy',
      commits: 1,
      pull_requests: 0,
      first_seen_at: day(4),
    });
    expect((await get(`/api/v1/orgs/acme/contributors/${body.data[3].id}`)).body).toEqual(body.data[3]);
  });

  it.each([
    ['type=Bot', ['checks[bot]']],
    ['login=ANN', ['Ann']],
    ['commits=true', ['Ann', null]],
    ['commits=false', ['checks[bot]', 'ben']],
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
