import { describe, expect, it } from 'vitest';
import { recomputeTouched } from '../../../src/metrics/derive/recompute.ts';
import { createTestApi, repositoryFact, storeFacts } from '../../support/api.ts';
import { goldenFacts } from '../../support/golden-facts.ts';
import { goldenOwner, goldens } from '../../support/golden.ts';
import { sha } from '../../support/payloads.ts';
import { commitFact, deploymentFact, statusFact } from '../../support/sample-facts.ts';

const { db, get } = await createTestApi();
const example = goldens.find(({ name }) => name === 'incident-and-hotfix');
if (!example) throw new Error('there is no such example');
const [EMPTY, RECENT] = [21, 22];
await storeFacts(db, goldenOwner.id, 'acme', ...goldenFacts(example), repositoryFact(EMPTY, 'acme/empty'), {
  deployments: [deploymentFact(EMPTY, 1, { environment: 'staging' })],
  deployment_statuses: [statusFact(EMPTY, 1, { id: 1, state: 'success', created_at: example.window.from })],
});
await recomputeTouched(db, goldenOwner.id);

const path = '/api/v1/orgs/acme/metrics';
const window = `from=${example.window.from}&to=${example.window.to}`;
const march = { from: '2026-03-01T00:00:00.000Z', to: '2026-03-29T00:00:00.000Z' };

const now = Date.now();
const day = (ago: number) => new Date(now - ago * 86_400_000).toISOString();

describe('a deployment', () => {
  it('has what it ships, why it failed and what it repairs', async () => {
    const { body } = await get('/api/v1/orgs/acme/deployments?repository=shop');
    const byId = new Map(body.data.map((row) => [row['id'], row]));
    expect(byId.get(1)).toMatchObject({
      changes: [],
      failure_causes: [],
      rework: [],
      excluded: [{ reason: 'baseline', number: null, sha: null }],
    });
    expect(byId.get(3)).toMatchObject({
      changes: [{ number: null, sha: sha('a3'), rule: 'direct', started_at: '2026-03-03T00:00:00.000Z' }],
      failure_causes: [
        { kind: 'hotfix', by: '#7', rule: 'last_success_before_opening', recovered_at: '2026-03-03T13:30:00.000Z' },
        { kind: 'incident', by: '#21', rule: 'last_success_before_opening', recovered_at: '2026-03-03T14:00:00.000Z' },
      ],
    });
    expect(byId.get(4)).toMatchObject({
      changes: [{ number: 7, sha: sha('h4'), rule: 'merge_commit', started_at: '2026-03-03T12:20:00.000Z' }],
      rework: [
        { kind: 'hotfix', by: '#7' },
        { kind: 'incident_fix', by: '#7' },
      ],
    });
  });

  it('has none of it where it is not to production', async () => {
    const { body } = await get('/api/v1/orgs/acme/deployments?repository=empty');
    expect(body.data).toMatchObject([{ changes: null, failure_causes: null, rework: null, excluded: null }]);
  });
});

it('a merged pull request has its stages and its first deployment', async () => {
  expect((await get('/api/v1/orgs/acme/pulls/shop/7')).body).toMatchObject({
    deployed_at: '2026-03-03T13:30:00.000Z',
    ...example.expect.flow['7'],
  });
});

describe('a repository', () => {
  it('has the numbers of its metrics over the last 90 days', async () => {
    const deployment = (id: number, name: string, created_at: string, state = 'success') => ({
      deployments: [deploymentFact(RECENT, id, { sha: name, created_at })],
      deployment_statuses: [statusFact(RECENT, id, { id, state, created_at })],
    });
    const change = commitFact(RECENT, 'b', { authored_at: day(7) });
    const detailed = { at: change.observed.at, parents: ['a'], additions: 1, deletions: 0, changed_files: 1 };
    await storeFacts(
      db,
      goldenOwner.id,
      'acme',
      repositoryFact(RECENT, 'acme/recent'),
      { commits: [commitFact(RECENT, 'a'), Object.assign(change, { detailed })] },
      deployment(1, 'a', day(8)),
      deployment(2, 'b', day(6), 'failure'),
      deployment(3, 'b', day(5)),
    );
    await recomputeTouched(db, goldenOwner.id);
    const { body } = await get('/api/v1/orgs/acme/repositories/recent');
    const valueOf = async (metric: string) => (await get(`${path}/${metric}?repository=recent`)).body['value'];
    expect(body).toMatchObject({
      deployment_frequency: await valueOf('deployment-frequency'),
      lead_time_for_changes: expect.closeTo(48, 6),
      mean_time_to_recovery: expect.closeTo(24, 6),
      change_failure_rate: expect.closeTo(100 / 3, 6),
      quality: [],
    });
    expect(await valueOf('lead-time')).toBeCloseTo(48 * 3_600, 3);
    expect(body['deployment_frequency']).toBeCloseTo(2 / 90, 6);
  });

  it('has null and the reason where nothing is measured', async () => {
    const { body } = await get('/api/v1/orgs/acme/repositories');
    expect(body.data.find((row) => row['full_name'] === 'acme/empty')).toMatchObject({
      deployment_frequency: null,
      lead_time_for_changes: null,
      mean_time_to_recovery: null,
      change_failure_rate: null,
      quality: [{ code: 'no_recent_deployment' }],
    });
  });
});

describe('metrics', () => {
  it('are listed with their values, and each is the same by itself', async () => {
    const { body } = await get(`${path}?repository=shop&${window}`);
    expect(body.data.map(({ metric, value }) => [metric, value])).toEqual([
      ['deployment-frequency', 5 / 28],
      ['lead-time', 36_000],
      ['change-fail-rate', 0.4],
      ['recovery-time', 398_700],
      ['rework-rate', 0.2],
      ['pr-cycle', 4_200],
      ['pr-pickup', null],
      ['pr-review', null],
      ['pr-size', null],
      ['team-health', null],
    ]);
    for (const metric of body.data) {
      expect((await get(`${path}/${String(metric['metric'])}?repository=shop&${window}`)).body).toEqual(metric);
    }
  });

  it('carry what they are made of, and what they are compared with', async () => {
    const { body } = await get(`${path}/change-fail-rate?repository=shop&${window}`);
    expect(body).toEqual({
      metric: 'change-fail-rate',
      value: 0.4,
      unit: 'ratio',
      n: 5,
      numerator: 2,
      denominator: 5,
      excluded: [],
      window: march,
      comparison: {
        window: { from: '2026-02-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z' },
        value: null,
        n: 0,
        numerator: 0,
        denominator: 0,
      },
      series: [
        { from: '2026-03-01T00:00:00.000Z', value: 0, n: 1 },
        { from: '2026-03-02T00:00:00.000Z', value: 2 / 3, n: 3 },
        { from: '2026-03-09T00:00:00.000Z', value: 0, n: 1 },
        { from: '2026-03-16T00:00:00.000Z', value: null, n: 0 },
        { from: '2026-03-23T00:00:00.000Z', value: null, n: 0 },
      ],
      definition_version: '2026.1',
      quality: [
        {
          code: 'comparison_unknown',
          message: expect.stringMatching(/^There is no production deployment in the window that it is compared with/),
          action: expect.stringContaining('`compare=FROM..TO`'),
        },
      ],
      bands: [
        { year: 2025, source: 'https://dora.dev/quickcheck/', band: 'score 6.0 of 10' },
        { year: 2024, source: 'https://dora.dev/research/2024/dora-report/', band: 'low' },
        { year: 2023, source: 'https://dora.dev/research/2023/dora-report/', band: 'low' },
      ],
    });
    expect((await get(`${path}/recovery-time?${window}&compare=none`)).body).toMatchObject({
      open: 0,
      comparison: null,
    });
    expect((await get(`${path}/deployment-frequency?${window}`)).body).toMatchObject({ deployment_days_per_week: 1 });
    const { body: daily } = await get(`${path}/lead-time?${window}&step=day&time_zone=Asia/Kolkata`);
    expect(daily['series']).toHaveLength(29);
  });

  it('are null with the reason and what to do, where nothing is known', async () => {
    const { body } = await get(`${path}/deployment-frequency?repository=empty&${window}`);
    expect(body).toMatchObject({
      value: null,
      n: 0,
      quality: [
        {
          code: 'no_production_environment',
          message: expect.stringContaining('staging'),
          action: expect.stringContaining('Choose'),
        },
      ],
    });
    expect((await get(`${path}/lead-time?repository=shop&from=2020-01-01&to=2020-02-01`)).body).toMatchObject({
      value: null,
      quality: [{ code: 'no_recent_deployment' }],
    });
    expect((await get(`${path}/pr-pickup?repository=shop&${window}`)).body).toMatchObject({
      value: null,
      excluded: [{ reason: 'no_review', count: 1 }],
      quality: [{ code: 'nothing_in_window' }],
    });
  });

  it('are not known of an environment to which nothing was deployed', async () => {
    const { body } = await get(`${path}/deployment-frequency?environment=prod-eu&${window}`);
    expect(body).toMatchObject({
      value: null,
      comparison: { value: null },
      quality: [{ code: 'no_recent_deployment', message: expect.stringContaining('prod-eu') }],
    });
    expect((await get(`${path}/pr-review?environment=prod-eu&${window}`)).body).toMatchObject({
      value: null,
      quality: [{ code: 'nothing_in_window', message: expect.stringContaining('came first to this environment') }],
    });
  });

  it('have rows, by pages', async () => {
    const { body } = await get(`${path}/change-fail-rate/rows?repository=shop&${window}`);
    expect(body.data.map(({ id, counted }) => [id, counted])).toEqual([
      [5, false],
      [4, false],
      [3, true],
      [2, true],
      [1, false],
    ]);
    expect(body.data[3]).toMatchObject({
      repository: 'acme/shop',
      at: '2026-03-02T10:00:00.000Z',
      detail: { failure_causes: [{ kind: 'incident', by: '#22', rule: 'names_deployment' }] },
    });
    const ids: unknown[] = [];
    for (let cursor = ''; ; ) {
      const page = await get(`${path}/change-fail-rate/rows?repository=shop&${window}&limit=2${cursor}`);
      ids.push(...page.body.data.map(({ id }) => id));
      if (page.body.next_cursor === null) break;
      cursor = `&cursor=${page.body.next_cursor}`;
    }
    expect(ids).toEqual([5, 4, 3, 2, 1]);
  });

  it('explain themselves', async () => {
    const { body } = await get(`${path}/change-fail-rate/explain?repository=shop&${window}`);
    expect(body).toMatchObject({
      metric: 'change-fail-rate',
      formula: '2 ÷ 5 = 0.4',
      definition: { attribution_window_hours: 72, deployment_source: { kind: 'auto' } },
      sources: [{ repository: 'acme/shop', source: 'github_deployment', automatic: true }],
    });
  });

  it.each([
    ['/lead-time?profile=jenkins', 400],
    ['/rework-rate/rows?profile=devlake', 422],
    ['/unknown-metric', 400],
    ['?from=2026-03-02&to=2026-03-01', 422],
    ['?from=2015-01-01&to=2026-01-01&step=day', 422],
    ['?from=1900-01-01&to=2026-01-01', 422],
    ['?time_zone=Nowhere/Nothing', 400],
    ['?compare=everything', 400],
    ['?repository=nowhere', 404],
    ['?team=nobody', 404],
    ['/lead-time/rows?cursor=abc', 400],
  ])('%s is answered with %i', async (query, status) => {
    expect((await get(`${path}${query}`)).status).toBe(status);
  });
});
