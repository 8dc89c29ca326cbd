import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { createTestApi, repositoryFact, SEEN_AT, storeFacts } from '../support/api.ts';
import { contributorFact, deploymentFact, pullFact, reviewFact, statusFact } from '../support/sample-facts.ts';

const { db, get, request } = await createTestApi();
const [TENANT, SHOP, DOCS, PLATFORM] = [1, 11, 12, 31];
const [ANN, BEN, CAT, DAN] = [501, 502, 503, 504];
const path = '/api/v1/orgs/acme/metrics';

/** The hours from ready to the first review are the number of the pull request. */
function pull(number: number, author_id: number, merged_at: string) {
  const opened = Date.parse(merged_at) - 24 * 3_600_000;
  const created_at = new Date(opened).toISOString();
  const observed = { state: 'merged', author_id, created_at, merged_at, merge_commit_sha: `m${number}` } as const;
  return {
    pull_requests: [pullFact(SHOP, number, observed)],
    reviews: [
      reviewFact(SHOP, number, {
        number,
        author_id: CAT,
        submitted_at: new Date(opened + number * 3_600_000).toISOString(),
      }),
    ],
  };
}

function deployment(repository: number, id: number, created_at: string) {
  return {
    deployments: [deploymentFact(repository, id, { sha: `d${id}`, created_at })],
    deployment_statuses: [statusFact(repository, id, { id, state: 'success', created_at })],
  };
}

const member = (user_id: number, removed_at: string | null) => ({
  team_id: PLATFORM,
  user_id,
  observed: { at: removed_at ?? SEEN_AT, role: 'member', removed_at },
});
const mayPush = (repository_id: number, permission: string, removed_at: string | null = null) => ({
  team_id: PLATFORM,
  repository_id,
  observed: { at: removed_at ?? SEEN_AT, permission, removed_at },
});

await storeFacts(
  db,
  TENANT,
  'acme',
  repositoryFact(SHOP, 'acme/shop'),
  repositoryFact(DOCS, 'acme/docs'),
  {
    contributors: [
      contributorFact(ANN, 'ann'),
      contributorFact(BEN, 'ben'),
      contributorFact(CAT, 'cat'),
      contributorFact(DAN, 'dan'),
    ],
    teams: [
      {
        team_id: PLATFORM,
        observed: { at: SEEN_AT, slug: 'platform', name: 'Platform', parent_id: null, removed_at: null },
      },
    ],
    team_members: [member(ANN, null), member(BEN, '2026-03-20T00:00:00.000Z')],
    team_repositories: [mayPush(SHOP, 'push', '2026-03-28T12:00:00.000Z'), mayPush(DOCS, 'pull')],
  },
  pull(1, ANN, '2026-03-10T00:00:00.000Z'),
  pull(2, BEN, '2026-03-19T23:59:59.000Z'),
  pull(3, BEN, '2026-03-20T00:00:00.000Z'),
  pull(4, DAN, '2026-03-11T00:00:00.000Z'),
  pull(15, ANN, '2026-03-21T00:00:00.000Z'),
  deployment(SHOP, 1, '2026-03-28T11:59:00.000Z'),
  deployment(SHOP, 2, '2026-03-28T23:30:00.000Z'),
  deployment(SHOP, 3, '2026-03-29T21:59:00.000Z'),
  deployment(SHOP, 4, '2026-03-29T22:00:00.000Z'),
  deployment(DOCS, 5, '2026-03-28T10:00:00.000Z'),
);
await recomputeTouched(db, TENANT);
const march = 'from=2026-03-01&to=2026-04-01';
const numbersOf = async (query: string) =>
  (await get(`${path}/${query}`)).body.data.map(({ id }) => Number(id)).toSorted((a, b) => a - b);

const readSeries = async (query: string) =>
  ((await get(`${path}/deployment-frequency?repository=shop&step=day&${query}`)).body['series'] as { n: number }[]) ??
  [];

const readQuality = async () => {
  const { body } = await get(`${path}/pr-pickup?repository=shop&${march}&compare=2026-03-01..2026-04-01`);
  return (body['quality'] as { code: string; message: string }[]).map(({ code, message }) => [code, message]);
};

const setCursor = (entity: string, values: { state: string; items: number; total: number | null; until?: string }) =>
  withTenant(db, TENANT, (trx) =>
    sql`insert into sync_cursors (tenant_id, repository_id, entity, state, items, total, covered_until)
      values (${TENANT}, ${SHOP}, ${entity}, ${values.state}, ${values.items}, ${values.total}, ${values.until ?? null})
      on conflict (tenant_id, repository_id, entity) do update set state = excluded.state, items = excluded.items,
        total = excluded.total, covered_until = excluded.covered_until`.execute(trx),
  );

describe('a team', () => {
  it('has the pull requests of those who were in it when they were merged', async () => {
    expect(await numbersOf(`pr-pickup/rows?team=platform&${march}`)).toEqual([1, 2, 15]);
    expect((await get(`${path}/pr-pickup?team=platform&${march}`)).body).toMatchObject({ n: 3, value: 2 * 3_600 });
  });

  it('has the deployments of the repositories that it could push to at that time', async () => {
    expect(await numbersOf(`deployment-frequency/rows?team=PLATFORM&${march}`)).toEqual([1]);
    expect(await numbersOf(`deployment-frequency/rows?${march}`)).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('a time zone', () => {
  it('has days of 23 hours when summer time starts, which are one day', async () => {
    const days = 'from=2026-03-27T23:00:00Z&to=2026-03-30T22:00:00Z';
    expect(await readSeries(`${days}&time_zone=Europe/Berlin`)).toEqual([
      { from: '2026-03-27T23:00:00.000Z', value: 1, n: 1 },
      { from: '2026-03-28T23:00:00.000Z', value: 2, n: 2 },
      { from: '2026-03-29T22:00:00.000Z', value: 1, n: 1 },
    ]);
    const { body } = await get(`${path}/deployment-frequency?repository=shop&${days}&time_zone=Europe/Berlin`);
    expect(body).toMatchObject({ numerator: 4, denominator: 3 });
  });

  it('says when the dates of a window and of its comparison start, in rows and exports, too', async () => {
    const berlin = 'from=2026-03-28&to=2026-03-30&time_zone=Europe/Berlin';
    const { body } = await get(`${path}/deployment-frequency?repository=shop&${berlin}&compare=2026-03-01..2026-03-02`);
    expect(body).toMatchObject({
      window: { from: '2026-03-27T23:00:00.000Z', to: '2026-03-29T22:00:00.000Z' },
      comparison: { window: { from: '2026-02-28T23:00:00.000Z', to: '2026-03-01T23:00:00.000Z' } },
      denominator: 2,
    });
    const full = 'from=2026-03-27T23:00:00Z&to=2026-03-29T22:00:00Z';
    const numbers = await numbersOf(`deployment-frequency/rows?repository=shop&${berlin}`);
    expect(numbers).toEqual(await numbersOf(`deployment-frequency/rows?repository=shop&${full}`));
    expect(numbers).toHaveLength(body['n'] as number);
    const previous = await get(`${path}/deployment-frequency?${berlin}`);
    expect(previous.body).toMatchObject({ comparison: { window: { from: '2026-03-25T23:00:00.000Z' } } });
  });

  it("is the tenant's own unless another one is asked for", async () => {
    const window = 'from=2026-03-01&to=2026-03-03';
    await request('PATCH', '/api/v1/orgs/acme/metric-definitions', {}, { time_zone: 'America/New_York' });
    const own = await get(`${path}/pr-pickup?${window}`);
    const other = await get(`${path}/pr-pickup?${window}&time_zone=Asia/Kolkata`);
    await request('PATCH', '/api/v1/orgs/acme/metric-definitions', {}, { time_zone: null });
    expect(own.body).toMatchObject({ window: { from: '2026-03-01T05:00:00.000Z' } });
    expect(other.body).toMatchObject({ window: { from: '2026-02-28T18:30:00.000Z' } });
  });

  it('has days of 25 hours when it ends, and one hour twice', async () => {
    await storeFacts(
      db,
      TENANT,
      'acme',
      deployment(SHOP, 6, '2026-11-01T05:30:00.000Z'),
      deployment(SHOP, 7, '2026-11-01T06:30:00.000Z'),
      deployment(SHOP, 8, '2026-11-02T04:59:00.000Z'),
    );
    await recomputeTouched(db, TENANT);
    expect(await readSeries('from=2026-11-01T04:00:00Z&to=2026-11-03T05:00:00Z&time_zone=America/New_York')).toEqual([
      { from: '2026-11-01T04:00:00.000Z', value: 3, n: 3 },
      { from: '2026-11-02T05:00:00.000Z', value: 0, n: 0 },
    ]);
  });
});

describe('a comparison', () => {
  it('is with any window', async () => {
    const { body } = await get(
      `${path}/pr-pickup?from=2026-03-20&to=2026-03-22&compare=2026-03-01..2026-03-12T00:00:00Z`,
    );
    expect(body).toMatchObject({
      n: 2,
      comparison: {
        window: { from: '2026-03-01T00:00:00.000Z', to: '2026-03-12T00:00:00.000Z' },
        n: 2,
        value: 2.5 * 3_600,
      },
    });
  });

  it.each([
    ['2026-03-01', 400],
    ['2026-03-01..', 400],
    ['2026-03-01..tomorrow', 400],
    ['2026-03-01..2026-03-02..2026-03-03', 400],
    ['2026-03-02..2026-03-01', 422],
  ])('with %s is answered with %i', async (compare, status) => {
    expect((await get(`${path}/pr-pickup?compare=${compare}`)).status).toBe(status);
  });
});

it('a distribution has every row that counts in one bucket', async () => {
  const { body } = await get(`${path}/pr-pickup?${march}`);
  const buckets = body['distribution'] as { from: number; to: number | null; n: number }[];
  expect(buckets.filter(({ n }) => n > 0)).toEqual([
    { from: 3_600, to: 14_400, n: 3 },
    { from: 14_400, to: 43_200, n: 1 },
    { from: 43_200, to: 86_400, n: 1 },
  ]);
  expect(buckets.at(-1)).toEqual({ from: 90 * 86_400, to: null, n: 0 });
  expect((await get(`${path}/change-fail-rate?${march}`)).body).not.toHaveProperty('distribution');
});

describe('quality', () => {
  it('says how far the history is read, until it is', async () => {
    expect(await readQuality()).toEqual([]);
    await setCursor('commits', { state: 'done', items: 10, total: 10, until: '2026-04-01T00:00:00Z' });
    await setCursor('pull_requests', { state: 'running', items: 30, total: 90 });
    expect(await readQuality()).toEqual([['backfill_running', 'The history is read to 40 %: numbers may change.']]);
    await setCursor('pull_requests', { state: 'running', items: 30, total: null });
    expect(await readQuality()).toEqual([['backfill_running', 'The history is read to 50 %: numbers may change.']]);
    await setCursor('pull_requests', { state: 'running', items: 0, total: null, until: '2026-04-01T00:00:00Z' });
    expect(await readQuality()).toEqual([]);
    await setCursor('pull_requests', { state: 'forbidden', items: 0, total: null });
    expect(await readQuality()).toMatchObject([['history_not_read', expect.stringContaining('acme/shop')]]);
  });

  it('says when there are few samples', async () => {
    const { body } = await get(`${path}/pr-pickup?repository=shop&team=platform&${march}`);
    expect(body['quality']).toContainEqual(expect.objectContaining({ code: 'few_samples' }));
  });
});
