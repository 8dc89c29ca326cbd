import { sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import type { Facts } from '../../../src/facts/facts.ts';
import { recordFiles } from '../../../src/checks/files/stored-files.ts';
import { recomputeAll, recomputeTouched } from '../../../src/metrics/derive/recompute.ts';
import { createTestApi, repositoryFact, storeFacts } from '../../support/api.ts';
import { readDerived } from '../../support/derived-rows.ts';
import {
  contributorFact,
  deploymentFact,
  issueFact,
  pullFact,
  releaseFact,
  reviewFact,
  statusFact,
} from '../../support/sample-facts.ts';

const { db, queue, get, request } = await createTestApi();
const [ACME, SHOP, ZONE] = [4_711, 31, 32];
const ago = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
const deployed = (repository: number, id: number, created_at: string, environment = 'production'): Facts => ({
  deployments: [deploymentFact(repository, id, { sha: `d${id}`, environment, created_at })],
  deployment_statuses: [statusFact(repository, id, { id, state: 'success', created_at })],
});
const merged = (number: number, author_id: number) =>
  pullFact(SHOP, number, {
    author_id,
    labels: ['patch'],
    head_ref: 'fix/basket',
    state: 'merged',
    created_at: ago(4.9),
    merged_at: ago(4),
  });
const run = (workflow_run_id: number, head_branch: string) => ({
  repository_id: SHOP,
  workflow_run_id,
  observed: {
    at: ago(5),
    run_attempt: 1,
    name: 'Deploy',
    path: '.github/workflows/deploy.yml',
    event: 'push',
    head_branch,
    head_sha: `w${workflow_run_id}`,
    status: 'completed',
    conclusion: 'success',
    actor_id: null,
    created_at: ago(5),
    started_at: ago(5),
    updated_at: ago(5),
  },
});
const tag = (name: string) => ({
  repository_id: SHOP,
  name,
  observed: { at: ago(6), sha: `t-${name}`, deleted_at: null },
});

await storeFacts(
  db,
  ACME,
  'acme',
  repositoryFact(SHOP, 'acme/shop'),
  repositoryFact(ZONE, 'acme/zone'),
  deployed(SHOP, 1, ago(20)),
  deployed(SHOP, 2, ago(10)),
  deployed(SHOP, 3, ago(5)),
  deployed(SHOP, 4, ago(3), 'eu-live'),
  deployed(ZONE, 11, '2026-03-03T23:30:00.000Z'),
  deployed(ZONE, 12, '2026-03-04T00:30:00.000Z'),
  {
    contributors: [contributorFact(1, 'Ann'), contributorFact(2, 'helper'), contributorFact(3, 'robot', 'Bot')],
    issues: [
      issueFact(SHOP, 1, { labels: ['incident'], created_at: ago(9) }),
      issueFact(SHOP, 2, { labels: ['Broken'], created_at: ago(4.9) }),
    ],
    pull_requests: [merged(5, 1), merged(6, 3)],
    reviews: [reviewFact(SHOP, 1, { number: 5, author_id: 2, submitted_at: ago(4.5) })],
    releases: [releaseFact(SHOP, 1, { published_at: ago(8) })],
    tags: [tag('v1'), tag('w1'), tag('w2'), tag('x1')],
    workflow_runs: [run(1, 'main'), run(2, 'main'), run(3, 'main'), run(4, 'main'), run(5, 'next')],
  },
);
await withTenant(db, ACME, async (trx) => {
  const rules = { attributes: null, codeOwners: null };
  const files = [{ path: 'src/basket.ts', additions: 3, deletions: 1 }];
  const list = { files, complete: true, headSha: 'b', baseRef: 'main', rules };
  for (const number of [5, 6]) await recordFiles(trx, { tenantId: ACME, repositoryId: SHOP, number }, list);
});
await recomputeTouched(db, ACME);

const path = '/api/v1/orgs/acme/metric-definitions';
const patch = (body: unknown, query = '', headers: Record<string, string> = {}) =>
  request('PATCH', `${path}${query}`, headers, body);
const readN = async (metric: string, repository = 'shop') => {
  const { body } = await get(`/api/v1/orgs/acme/metrics/${metric}?repository=${repository}&compare=none`);
  return body['numerator'] ?? body['n'];
};
const readDays = async () => {
  const window = 'from=2026-03-02T12:00:00Z&to=2026-03-08T12:00:00Z';
  const { body } = await get(`/api/v1/orgs/acme/metrics/deployment-frequency?repository=zone&${window}`);
  return body['deployment_days_per_week'];
};
const countJobs = async () => (await queue.findJobs('recompute-metrics')).length;
const nothing = Object.fromEntries(
  [
    'deployment_source',
    'production_environments',
    'attribution_window_hours',
    'leave_out_bots',
    'bots',
    'incident_labels',
    'hotfix_labels',
    'hotfix_branches',
    'time_zone',
  ].map((name) => [name, null]),
);

afterEach(async () => {
  const { time_zone: _, ...ofRepository } = nothing;
  await patch(nothing);
  await patch(ofRepository, '?repository=shop');
  await recomputeTouched(db, ACME);
});

interface PreviewedMetric {
  readonly metric: string;
  readonly today: Record<string, unknown>;
  readonly changed: Record<string, unknown>;
}

/** How much of a metric there is in a preview: today, and changed. */
function previewed(body: Readonly<Record<string, unknown>>, metric: string): unknown[] {
  const { metrics } = body['preview'] as { metrics: PreviewedMetric[] };
  const found = metrics.find((one) => one.metric === metric);
  return [found?.today, found?.changed].map((side) => side?.['numerator'] ?? side?.['n']);
}

describe('each setting', () => {
  it.each([
    [{ deployment_source: { kind: 'release' } }, 'deployment-frequency', 3, 1],
    [{ deployment_source: { kind: 'tag', pattern: 'w*' } }, 'deployment-frequency', 3, 2],
    [{ deployment_source: { kind: 'tag', pattern: '*1' } }, 'deployment-frequency', 3, 3],
    [{ deployment_source: { kind: 'workflow_run', workflow: 'Deploy', branch: 'main' } }, 'deployment-frequency', 3, 4],
    [{ deployment_source: { kind: 'workflow_run', workflow: 'Deploy', branch: 'next' } }, 'deployment-frequency', 3, 1],
    [{ deployment_source: { kind: 'workflow_run', workflow: 'Test', branch: 'main' } }, 'deployment-frequency', 3, 0],
    [{ production_environments: ['Production', '*-live'] }, 'deployment-frequency', 3, 4],
    [{ attribution_window_hours: 12 }, 'change-fail-rate', 1, 0],
    [{ incident_labels: ['incident', 'brok?n'] }, 'change-fail-rate', 1, 2],
    [{ incident_labels: [] }, 'change-fail-rate', 1, 0],
    [{ hotfix_labels: ['patch'] }, 'change-fail-rate', 1, 2],
    [{ hotfix_branches: ['fix/*'] }, 'change-fail-rate', 1, 2],
    [{ leave_out_bots: false }, 'pr-size', 1, 2],
    [{ bots: ['ANN'] }, 'pr-size', 1, 0],
    [{ bots: ['helper'] }, 'pr-pickup', 1, 0],
  ])('%j changes %s from %i to %i, first in a preview that nobody else sees', async (change, metric, today, then) => {
    expect(await readN(metric)).toBe(today);
    const before = await readDerived(db, ACME);
    const { status, body } = await patch(change, '?repository=shop&preview=true');
    expect([status, previewed(body, metric)]).toEqual([200, [today, then]]);
    expect(await recomputeTouched(db, ACME)).toEqual([]);
    expect(await readDerived(db, ACME)).toEqual(before);

    expect((await patch(change, '?repository=shop')).status).toBe(200);
    await recomputeTouched(db, ACME);
    expect(await readN(metric)).toBe(then);
    const after = await readDerived(db, ACME);
    await recomputeAll(db, ACME);
    expect(await readDerived(db, ACME)).toEqual(after);

    await patch(Object.fromEntries(Object.keys(change).map((name) => [name, null])), '?repository=shop');
    await recomputeTouched(db, ACME);
    expect(await readN(metric)).toBe(today);
  });

  it('of a source that tells of nothing leaves what is deployed unknown', async () => {
    const deployment_source = { kind: 'workflow_run', workflow: 'Test', branch: 'main' };
    await patch({ deployment_source }, '?repository=shop');
    await recomputeTouched(db, ACME);
    const { body } = await get('/api/v1/orgs/acme/metrics/deployment-frequency?repository=shop');
    expect(body).toMatchObject({
      value: null,
      comparison: { value: null },
      quality: [{ code: 'no_recent_deployment' }],
    });
    const numbers = (await get('/api/v1/orgs/acme/repositories/shop')).body;
    expect(numbers).toMatchObject({ deployment_frequency: null, quality: [{ code: 'no_recent_deployment' }] });
  });

  it('of the time zone changes the days', async () => {
    expect(await readDays()).toBe(2);
    await patch({ time_zone: 'America/New_York' });
    expect(await readDays()).toBe(1);
    expect((await patch({ time_zone: 'America/New_York' }, '?repository=shop')).status).toBe(422);
  });

  it('says of a deployment whether it is to production', async () => {
    const { body } = await get('/api/v1/orgs/acme/deployments/4');
    expect(body['production']).toBe(false);
    await patch({ production_environments: ['*-live'] }, '?repository=shop');
    expect((await get('/api/v1/orgs/acme/deployments/4')).body['production']).toBe(true);
    expect((await get('/api/v1/orgs/acme/deployments/3')).body['production']).toBe(false);
  });
});

describe('a definition', () => {
  it('of a repository goes before that of the organization, setting by setting', async () => {
    await patch({ attribution_window_hours: 24, bots: ['helper'] });
    await patch({ attribution_window_hours: 48 }, '?repository=shop');
    await patch({ leave_out_bots: false });
    expect((await get(`${path}?repository=shop`)).body).toMatchObject({
      repository: 'acme/shop',
      definition: { attribution_window_hours: 48, bots: ['helper'], leave_out_bots: false, hotfix_labels: ['hotfix'] },
      changes: { attribution_window_hours: 48 },
    });
    expect((await get(path)).body).toMatchObject({
      repository: null,
      definition: { attribution_window_hours: 24 },
      changes: { attribution_window_hours: 24, bots: ['helper'], leave_out_bots: false },
      preview: null,
    });
  });

  it('has a version, which the metrics name, and an entry in the audit log for each change', async () => {
    const { body } = await patch({ attribution_window_hours: 24 });
    const metric = await get('/api/v1/orgs/acme/metrics/lead-time');
    expect(metric.body['definition_version']).toBe(body['definition_version']);
    const again = await patch({ attribution_window_hours: 24 });
    expect(again.body['definition_version']).toBe(body['definition_version']);
    const { rows } = await withTenant(db, ACME, (trx) =>
      sql<Record<string, unknown>>`
        select action, target, before, after from audit_log
        where tenant_id = ${ACME} order by entry_id desc limit 1`.execute(trx),
    );
    expect(rows).toEqual([
      { action: 'metric_definition.change', target: 'acme', before: {}, after: { attribution_window_hours: 24 } },
    ]);
  });

  it('is changed only as it was seen', async () => {
    const etag = (await get(path)).headers.get('etag') ?? '';
    expect(etag).toMatch(/^"0-\d+"$/);
    const first = await patch({ attribution_window_hours: 24 }, '', { 'if-match': etag });
    expect(first.status).toBe(200);
    const late = await patch({ attribution_window_hours: 36 }, '', { 'if-match': etag });
    expect(late.status).toBe(412);
    expect((await get(path)).body).toMatchObject({ definition: { attribution_window_hours: 24 } });
    expect((await request('GET', path, { 'if-none-match': first.headers.get('etag') ?? '' })).status).toBe(304);
    expect((await patch({}, '', { 'if-match': '*' })).status).toBe(200);
    expect((await patch({}, '?preview=true', { 'if-match': etag })).status).toBe(412);
  });

  it('has what is derived computed anew when it changes, by a job', async () => {
    const before = await countJobs();
    await patch({ attribution_window_hours: 24 }, '?preview=true');
    expect(await countJobs()).toBe(before);
    await patch({ attribution_window_hours: 24 });
    expect(await countJobs()).toBe(before + 1);
  });

  it.each([
    [{ unknown: 1 }, '#/body/unknown'],
    [{ attribution_window_hours: 0 }, '#/body/attribution_window_hours'],
    [{ attribution_window_hours: '72' }, '#/body/attribution_window_hours'],
    [{ bots: [''] }, '#/body/bots/0'],
    [{ bots: ['\ud800'] }, '#/body/bots/0'],
    [{ hotfix_branches: ['\u0000'] }, '#/body/hotfix_branches/0'],
    [{ deployment_source: { kind: 'tag', pattern: 'v\u0000' } }, '#/body/deployment_source/pattern'],
    [{ time_zone: 'Nowhere/Nothing' }, '#/body/time_zone'],
    [{ deployment_source: { kind: 'guess' } }, '#/body/deployment_source/kind'],
    [{ deployment_source: { kind: 'tag' } }, '#/body/deployment_source/pattern'],
    [{ deployment_source: { kind: 'auto', pattern: 'v*' } }, '#/body/deployment_source/pattern'],
  ])('is not %j: %s', async (body, pointer) => {
    const { status, body: problem } = await patch(body);
    expect([status, problem.errors.map((error) => error.pointer)]).toEqual([400, [pointer]]);
  });

  it.each(['?repository=nowhere', '?preview=perhaps', '?other=1'])('has no %s', async (query) => {
    expect([400, 404]).toContain((await patch({}, query)).status);
  });
});
