import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import { saveDefinition } from '../../../src/metrics/definition.ts';
import { recomputeTouched } from '../../../src/metrics/derive/recompute.ts';
import { createTestApi } from '../../support/api.ts';
import { removeDerived } from '../../support/derived-rows.ts';
import { ACME, ANN, BOT, day, SHOP, storeSampleOrgs } from '../../support/sample-orgs.ts';

const { db, get } = await createTestApi();
await storeSampleOrgs(db);

const ids = (body: { data: Record<string, unknown>[] }, key = 'id') => body.data.map((row) => row[key]);

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
    expect(body.data[2]).toHaveProperty(
      'co_authors.0.id',
      expect.toSatisfy((id: number) => id < 0),
    );
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

  it('have no first review by a login that is set to be a bot, as the metric of pickup has none', async () => {
    const place = { tenantId: ACME, repositoryId: SHOP };
    const save = (bots: string[]) => withTenant(db, ACME, (trx) => saveDefinition(trx, place, { bots }));
    const readFirst = async () => {
      await recomputeTouched(db, ACME);
      const { body } = await get('/api/v1/orgs/acme/pulls/shop/1');
      const { rows } = await withTenant(db, ACME, (trx) =>
        sql<{ first_review_at: Date | null }>`
          select first_review_at from merged_pull_requests where tenant_id = ${ACME} and number = 1`.execute(trx),
      );
      expect(body['first_review_at']).toBe(rows[0]?.first_review_at?.toISOString() ?? null);
      return body['first_review_at'];
    };
    expect(await readFirst()).toBe(day(4, '12:00:00.000'));
    await save(['ben']);
    expect(await readFirst()).toBeNull();
    await save([]);
    expect(await readFirst()).toBe(day(4, '12:00:00.000'));
    await removeDerived(db, ACME);
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
