import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import { recomputeAll, recomputeTouched } from '../../../src/metrics/derive/recompute.ts';
import { createTestApi, storeFacts } from '../../support/api.ts';
import { readDerived } from '../../support/derived-rows.ts';
import { goldenFacts } from '../../support/golden-facts.ts';
import { goldenOwner, goldenRepository, goldens } from '../../support/golden.ts';
import { deploymentFact, issueFact } from '../../support/sample-facts.ts';

const { db, get, request } = await createTestApi();
const example = goldens.find(({ name }) => name === 'incident-and-hotfix');
if (!example) throw new Error('there is no such example');
const tenantId = goldenOwner.id;
// Successful deployments are 1 to 5: hotfix #7 and incident #21 blame 3, incident #22 names 2.
await storeFacts(db, tenantId, 'acme', ...goldenFacts(example), {
  deployments: [deploymentFact(goldenRepository.id, 90, { environment: 'staging' })],
  issues: [issueFact(goldenRepository.id, 60, { labels: [], body: 'Caused by deployment 1' })],
});
await recomputeTouched(db, tenantId);

const path = '/api/v1/orgs/acme/deployments';
const window = `from=${example.window.from}&to=${example.window.to}`;

beforeEach(async () => {
  await withTenant(db, tenantId, async (trx) => {
    await sql`delete from deployment_marks where tenant_id = ${tenantId}`.execute(trx);
    await sql`delete from incident_links where tenant_id = ${tenantId}`.execute(trx);
  });
  await recomputeAll(db, tenantId);
});

const mark = (id: number, body: unknown) => request('PUT', `${path}/${id}/failure`, {}, body);
const link = (id: number, issue: number) => request('PUT', `${path}/${id}/incidents/${issue}`);
const reject = (id: number, issue: number) => request('PUT', `${path}/${id}/incidents/${issue}`, {}, { linked: false });
const unlink = (id: number, issue: number) => request('DELETE', `${path}/${id}/incidents/${issue}`);
const clear = (id: number, reason = 'Another team') => mark(id, { failed: false, reason });
const unmark = (id: number) => request('DELETE', `${path}/${id}/failure`);

async function readFailed(): Promise<unknown[]> {
  const { body } = await get(`/api/v1/orgs/acme/metrics/change-fail-rate/rows?repository=shop&${window}`);
  return body.data.filter(({ counted }) => counted).map(({ id }) => id);
}

const readRecovery = async () =>
  (await get(`/api/v1/orgs/acme/metrics/recovery-time?repository=shop&${window}&compare=none`)).body;

async function readAudit() {
  const { rows } = await withTenant(db, tenantId, (trx) =>
    sql<Record<string, unknown>>`
      select actor, action, target, before, after, user_agent from audit_log
      where tenant_id = ${tenantId} order by entry_id desc`.execute(trx),
  );
  return rows;
}

async function expectNothingRecomputed(): Promise<void> {
  const before = await readDerived(db, tenantId);
  await recomputeAll(db, tenantId);
  expect(await readDerived(db, tenantId)).toEqual(before);
}

describe('a deployment that is marked', () => {
  it('counts as failed in every metric, with who said so and why, and stays so when all is computed anew', async () => {
    const before = await readRecovery();
    const { status, body } = await mark(5, { reason: 'Checkout was down' });
    expect(status).toBe(200);
    const cause = { kind: 'manual', by: 'operator', rule: 'Checkout was down', recovered_at: null };
    expect(body).toMatchObject({ id: 5, failed: true, failure_causes: [cause], set_aside: null });
    expect((await get(`${path}/5`)).body).toMatchObject({ failure_causes: [cause] });
    expect(await readFailed()).toEqual([5, 3, 2]);
    expect((await readRecovery())['open']).toBe(Number(before['open']) + 1);
    await expectNothingRecomputed();
  });

  it('has recovered when it is said to have', async () => {
    const { body } = await mark(5, { reason: 'Checkout was down', recovered_at: '2026-03-20T00:00:00+01:00' });
    expect(body).toMatchObject({ failure_causes: [{ recovered_at: '2026-03-19T23:00:00.000Z' }] });
    expect(await readRecovery()).toMatchObject({ n: 3, open: 0 });
  });

  it('is as it was after the mark is taken back', async () => {
    const before = await readDerived(db, tenantId);
    await mark(5, { reason: 'Checkout was down' });
    expect((await unmark(5)).body).toMatchObject({ failed: false, failure_causes: [], set_aside: null });
    expect(await readDerived(db, tenantId)).toEqual(before);
  });

  it('is in the audit log, once for each change', async () => {
    const { length } = await readAudit();
    await request('PUT', `${path}/5/failure`, { 'user-agent': 'a-test' }, { reason: 'Checkout was down' });
    await mark(5, { reason: 'Checkout was down' });
    await unmark(5);
    await unmark(5);
    const said = { failed: true, reason: 'Checkout was down', recovered_at: null };
    expect((await readAudit()).slice(0, -length || undefined)).toEqual([
      {
        actor: 'operator',
        action: 'deployment.unmark',
        target: 'acme/shop deployment 5',
        before: said,
        after: null,
        user_agent: null,
      },
      expect.objectContaining({ action: 'deployment.mark_failed', before: null, after: said, user_agent: 'a-test' }),
    ]);
  });
});

describe('a deployment that is said not to have failed', () => {
  it('counts no more, and shows what is set aside, by whom and why', async () => {
    const { body } = await clear(3);
    expect(body).toMatchObject({
      failed: false,
      failure_causes: [],
      set_aside: {
        by: 'operator',
        at: expect.any(String),
        reason: 'Another team',
        failure_causes: [
          { kind: 'hotfix', by: '#7' },
          { kind: 'incident', by: '#21' },
        ],
      },
    });
    expect((await get(`${path}/3`)).body).toMatchObject({ failure_causes: [], set_aside: { reason: 'Another team' } });
    expect(await readFailed()).toEqual([2]);
    await expectNothingRecomputed();
  });

  it('counts again when somebody marks it', async () => {
    await clear(3);
    const { body } = await mark(3, { reason: 'It was ours' });
    expect(body).toMatchObject({ set_aside: null, failure_causes: [{ kind: 'hotfix' }, { kind: 'incident' }, {}] });
    expect(await readFailed()).toEqual([3, 2]);
  });

  it('is as it was after that is taken back, with both in the audit log', async () => {
    const before = await readDerived(db, tenantId);
    await clear(3);
    const { body } = await unmark(3);
    expect(body).toMatchObject({ set_aside: null, failure_causes: [{ kind: 'hotfix' }, { kind: 'incident' }] });
    expect(await readDerived(db, tenantId)).toEqual(before);
    const said = { failed: false, reason: 'Another team', recovered_at: null };
    expect((await readAudit()).slice(0, 2)).toMatchObject([
      { action: 'deployment.unmark', before: said, after: null },
      { action: 'deployment.mark_not_failed', before: null, after: said },
    ]);
  });

  it('stays failed where nobody said anything that can be taken back', async () => {
    expect((await unmark(3)).body).toMatchObject({ failed: true, set_aside: null });
  });
});

describe('an incident', () => {
  it('is linked by hand to another deployment than the one that was found', async () => {
    const { body } = await link(4, 22);
    expect(body).toMatchObject({ failed: true, failure_causes: [{ by: '#22', rule: 'linked_by_hand' }] });
    expect(await readFailed()).toEqual([4, 3]);
    await expectNothingRecomputed();
    expect((await readAudit())[0]).toMatchObject({
      action: 'incident.link',
      target: 'acme/shop incident #22',
      before: { deployment_id: 2, rule: 'names_deployment' },
      after: { deployment_id: 4 },
    });
  });

  it('is linked by the rules again after that is taken back', async () => {
    const before = await readDerived(db, tenantId);
    await link(4, 22);
    expect((await unlink(2, 22)).status).toBe(409);
    const { status, body } = await unlink(4, 22);
    expect([status, body['failed']]).toEqual([200, false]);
    expect(await readDerived(db, tenantId)).toEqual(before);
    expect((await readAudit())[0]).toMatchObject({ action: 'incident.unlink', after: null });
  });

  it('is linked to nothing when somebody says that the deployment did not cause it, until that is taken back', async () => {
    const before = await readDerived(db, tenantId);
    expect((await unlink(2, 22)).status).toBe(409);
    const { status, body } = await reject(2, 22);
    expect([status, body['failed']]).toEqual([200, false]);
    expect(await readFailed()).toEqual([3]);
    await expectNothingRecomputed();
    expect((await reject(2, 22)).status).toBe(200);
    expect((await unlink(2, 22)).body).toMatchObject({ failed: true, failure_causes: [{ rule: 'names_deployment' }] });
    expect(await readDerived(db, tenantId)).toEqual(before);
  });

  it('is an issue without a label that somebody links, and only as long as the link is there', async () => {
    const before = await readDerived(db, tenantId);
    const { body } = await link(4, 60);
    expect(body).toMatchObject({ failed: true, failure_causes: [{ by: '#60', rule: 'linked_by_hand' }] });
    expect(await readFailed()).toEqual([4, 3, 2]);
    await expectNothingRecomputed();
    expect((await unlink(4, 60)).body).toMatchObject({ failed: false, failure_causes: [] });
    expect(await readDerived(db, tenantId)).toEqual(before);
  });

  it('is none where there is no such issue', async () => {
    expect((await link(4, 7)).status).toBe(404);
  });
});

it.each([
  ['PUT', '999/failure', { reason: 'x' }, 404],
  ['PUT', '90/failure', { reason: 'x' }, 409],
  ['PUT', '5/failure', {}, 400],
  ['PUT', '5/failure', { reason: ' ' }, 400],
  ['PUT', '5/failure', { reason: '\ud800' }, 400],
  ['PUT', '5/failure', { reason: 'x', rule: 'y' }, 400],
  ['PUT', '5/failure', { reason: 'x', recovered_at: 'soon' }, 400],
  ['PUT', '5/failure', { reason: 'x', recovered_at: '2020-01-01T00:00:00Z' }, 422],
  ['PUT', '5/failure?repository=nowhere', { reason: 'x' }, 404],
  ['PUT', '5/incidents/22', { linked: 'no' }, 400],
  ['PUT', '5/incidents/22', { linked: false }, 409],
  ['PUT', '5/failure', { failed: false, reason: 'x', recovered_at: '2026-03-20T00:00:00Z' }, 422],
  ['DELETE', '999/failure', undefined, 404],
])('%s %s with %j is answered with %i', async (method, where, body, status) => {
  expect((await request(method, `${path}/${where}`, {}, body)).status).toBe(status);
});
