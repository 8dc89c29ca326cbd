import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import { saveDefinition } from '../../../src/metrics/definition.ts';
import { recomputeAll, recomputeTouched } from '../../../src/metrics/derive/recompute.ts';
import { createTestApi, OPERATOR_TOKEN, repositoryFact, storeFacts } from '../../support/api.ts';
import { readCsv } from '../../support/csv.ts';
import { readDerived, removeDerived } from '../../support/derived-rows.ts';
import { removeRows } from '../../support/rows.ts';

const { api, db, get, request } = await createTestApi();
const [TENANT, SHOP] = [1, 11];
const path = '/api/v1/orgs/acme';
const window = 'from=2026-03-01&to=2026-04-01&repository=shop';
const [FIRST, SECOND] = ['a'.repeat(40), 'b'.repeat(40)];

beforeEach(async () => {
  await removeRows(db, TENANT);
  await removeDerived(db, TENANT);
  await storeFacts(db, TENANT, 'acme', repositoryFact(SHOP, 'acme/shop'));
  await count('reported');
});

function count(kind: 'reported' | 'auto') {
  return withTenant(db, TENANT, (trx) =>
    saveDefinition(trx, { tenantId: TENANT, repositoryId: SHOP }, { deployment_source: { kind } }),
  );
}

const deploy = (body: object) => request('POST', `${path}/deployments`, {}, { repository: 'shop', ...body });
const tell = (body: object) => request('POST', `${path}/incidents`, {}, { repository: 'shop', ...body });
const first = { id: 'argo-1', sha: FIRST, state: 'success', at: '2026-03-02T10:00:00Z' };
const second = { id: 'argo-2', sha: SECOND, state: 'success', at: '2026-03-03T10:00:00Z' };
const outage = { id: 'PD-1', title: 'Checkout is down', opened_at: '2026-03-03T11:00:00Z' };

describe('a deployment that is reported', () => {
  it('is found at once, and counts where reports are what counts', async () => {
    const { status, body } = await deploy({ ...first, started_at: '2026-03-02T09:50:00Z' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      reported_id: 'argo-1',
      repository: 'acme/shop',
      environment: 'production',
      production: true,
      source: 'reported',
      outcome: 'success',
      created_at: '2026-03-02T09:50:00.000Z',
      finished_at: '2026-03-02T10:00:00.000Z',
    });
    await deploy(second);
    await recomputeTouched(db, TENANT);
    expect((await get(`${path}/metrics/deployment-frequency?${window}`)).body).toMatchObject({ n: 2 });
    const listed = (await get(`${path}/deployments?counted=true&source=reported`)).body.data;
    expect(listed.map(({ reported_id }) => reported_id)).toEqual(['argo-2', 'argo-1']);
    expect((await get(`${path}/deployments/${String(body['id'])}`)).body).toMatchObject({ reported_id: 'argo-1' });
    expect((await get(`${path}/environments`)).body.data).toEqual([
      {
        repository: 'acme/shop',
        name: 'production',
        production: true,
        deployments: 2,
        last_deployed_at: '2026-03-03T10:00:00.000Z',
      },
    ]);
  });

  it('is in the audit log, and so is an incident', async () => {
    await deploy(first);
    await tell(outage);
    const { data } = (await get(`${path}/audit-log?limit=2`)).body;
    expect(data).toMatchObject([
      {
        actor: 'operator',
        action: 'incident.report',
        target: 'acme/shop incident PD-1',
        after: { title: outage.title },
      },
      { action: 'deployment.report', target: 'acme/shop deployment argo-1', after: { sha: FIRST, state: 'success' } },
    ]);
  });

  it('fails with its first failure, until it succeeds', async () => {
    await deploy({ ...first, state: 'failure' });
    const { body } = await deploy({ ...first, state: 'success', at: '2026-03-02T10:05:00Z' });
    expect(body).toMatchObject({ outcome: 'success', finished_at: '2026-03-02T10:05:00.000Z' });
    expect((await deploy({ ...second, state: 'in_progress' })).body).toMatchObject({ outcome: 'unfinished' });
  });

  it('counts nowhere while something else is what counts', async () => {
    await count('auto');
    await deploy(first);
    await recomputeTouched(db, TENANT);
    expect((await get(`${path}/metrics/deployment-frequency?${window}`)).body).toMatchObject({
      value: null,
      quality: [
        {
          code: 'no_deployment_source',
          message:
            'Only if `deployment_source` says so do reported deployments count. Seen: 1. So deployments are not measured.',
          action: expect.stringContaining('reports'),
        },
      ],
    });
    expect((await get(`${path}/deployments?counted=true`)).body.data).toEqual([]);
  });

  it('is of a repository by its full name, and of no other owner', async () => {
    expect((await deploy({ ...first, repository: 'Acme/Shop' })).body).toMatchObject({ repository: 'acme/shop' });
    expect((await deploy({ ...first, repository: 'globex/shop' })).status).toBe(404);
    await recomputeTouched(db, TENANT);
    const { body } = await get(
      `${path}/metrics/deployment-frequency?from=2026-03-01&to=2026-04-01&repository=acme/shop`,
    );
    expect(body).toMatchObject({ n: 1 });
  });

  it('comes to the same rows in any order, and any number of times', async () => {
    const reports = [
      () => deploy(first),
      () => deploy({ ...first, state: 'in_progress', at: '2026-03-02T09:50:00Z' }),
      () => deploy({ ...second, state: 'failure', at: '2026-03-03T09:00:00Z' }),
      () => deploy(second),
      () => tell({ ...outage, updated_at: '2026-03-03T11:00:00Z' }),
      () => tell({ ...outage, resolved_at: '2026-03-03T12:00:00Z', updated_at: '2026-03-03T12:00:00Z' }),
    ];
    for (const report of reports) await report();
    await recomputeTouched(db, TENANT);
    const expected = await readDerived(db, TENANT);
    expect(expected['deployment_failures']).toHaveLength(1);
    const twice = [...reports, ...reports];
    const order = fc.shuffledSubarray([...twice.keys()], { minLength: twice.length });
    await fc.assert(
      fc.asyncProperty(order, async (places) => {
        await removeDerived(db, TENANT);
        await count('reported');
        await withTenant(db, TENANT, async (trx) => {
          for (const table of ['deployments', 'deployment_statuses', 'reported_incidents'] as const) {
            await trx.deleteFrom(table).where('tenant_id', '=', TENANT).execute();
          }
        });
        for (const place of places) await twice[place]?.();
        await recomputeTouched(db, TENANT);
        expect(await readDerived(db, TENANT)).toEqual(expected);
      }),
      { numRuns: 10 },
    );
    await recomputeAll(db, TENANT);
    expect(await readDerived(db, TENANT)).toEqual(expected);
  });

  it.each([
    [{ sha: 'abc' }, 400],
    [{ state: 'done' }, 400],
    [{ repository: 'nowhere' }, 404],
    [{ at: '2999-01-01T00:00:00Z' }, 422],
    [{ id: 'a\u0000b' }, 400],
    [{ environment: '\ud800' }, 400],
  ])('is refused with %j', async (wrong, status) => {
    expect((await deploy({ ...first, ...wrong })).status).toBe(status);
  });
});

describe('an incident that is reported', () => {
  it('blames the last success before it, with what linked it, until it is over', async () => {
    await deploy(first);
    await deploy(second);
    expect((await tell(outage)).status).toBe(201);
    await recomputeTouched(db, TENANT);
    const [open] = (await get(`${path}/incidents`)).body.data;
    expect(open).toMatchObject({
      reported_id: 'PD-1',
      title: 'Checkout is down',
      state: 'open',
      rule: 'last_success_before_opening',
      resolved_at: null,
    });
    expect((await get(`${path}/metrics/change-fail-rate?${window}`)).body).toMatchObject({ value: 0.5 });
    await tell({ ...outage, resolved_at: '2026-03-03T12:00:00Z' });
    await recomputeTouched(db, TENANT);
    expect((await get(`${path}/metrics/recovery-time?${window}`)).body).toMatchObject({ value: 7_200 });
    const { body } = await get(`${path}/deployments/${String(open?.['deployment_id'])}`);
    expect(body['failure_causes']).toMatchObject([{ kind: 'incident', by: 'PD-1' }]);
  });

  it('blames what it names: a deployment by its reported id', async () => {
    await deploy(first);
    await deploy(second);
    await tell({ ...outage, caused_by: { deployment: 'argo-1' } });
    await recomputeTouched(db, TENANT);
    const [incident] = (await get(`${path}/incidents?linked=true`)).body.data;
    const [blamed] = (await get(`${path}/deployments?sha=${FIRST}`)).body.data;
    expect(incident).toMatchObject({ rule: 'names_deployment', deployment_id: blamed?.['id'] });
  });

  it('is linked by hand by its negative number', async () => {
    await deploy(first);
    await deploy(second);
    const { body } = await tell(outage);
    await recomputeTouched(db, TENANT);
    const [older] = (await get(`${path}/deployments?sha=${FIRST}`)).body.data;
    const linked = `${path}/deployments/${String(older?.['id'])}/incidents/${String(body['number'])}`;
    expect((await request('PUT', linked)).status).toBe(200);
    expect((await get(`${path}/incidents`)).body.data).toMatchObject([
      { rule: 'linked_by_hand', deployment_id: older?.['id'] },
    ]);
  });

  it('is unlinked where nothing was deployed before it', async () => {
    await tell(outage);
    await recomputeTouched(db, TENANT);
    expect((await get(`${path}/incidents?linked=false`)).body.data).toMatchObject([
      { deployment_id: null, rule: null },
    ]);
  });

  it.each([
    [{ opened_at: undefined }, 400],
    [{ resolved_at: '2026-03-01T00:00:00Z' }, 422],
    [{ caused_by: { sha: 'xyz' } }, 400],
    [{ url: 'javascript:alert(1)' }, 400],
    [{ url: 'https://status.acme.com/\u0000' }, 400],
    [{ id: '#21' }, 400],
    [{ title: 'down\u0000' }, 400],
    [{ title: 'down \ud800' }, 400],
  ])('is refused with %j', async (wrong, status) => {
    expect((await tell({ ...outage, ...wrong })).status).toBe(status);
  });
});

describe('a file of a list', () => {
  it.each(['deployments', 'pulls', 'incidents'])('has the rows of %s', async (kind) => {
    await deploy(first);
    await tell(outage);
    await recomputeTouched(db, TENANT);
    const response = await api.request(`${path}/exports/${kind}.csv?repository=shop`, {
      headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
    });
    expect(response.status).toBe(200);
    const { data } = (await get(`${path}/${kind}?repository=shop`)).body;
    const rows = readCsv(await response.text());
    expect(rows.map(({ id }) => id)).toEqual(data.map(({ id }) => (id === null ? '' : JSON.stringify(id))));
  });
});
