import { beforeAll, describe, expect, it } from 'vitest';
import { recomputeTouched } from '../../../src/metrics/derive/recompute.ts';
import { createTestApi, repositoryFact, storeFacts } from '../../support/api.ts';
import { type Credentials, logInAs } from '../../support/callers.ts';
import { commitFact } from '../../support/sample-facts.ts';
import { installationFact } from '../../support/sync-engine.ts';

const { api, db, get, request } = await createTestApi();
const path = '/api/v1/orgs/acme';
const HIDDEN = 12;
const named = { at: '2026-01-02T00:00:00Z', full_name: 'acme/shop', private: false };
await storeFacts(db, 1, 'acme', installationFact(1), repositoryFact(11, 'acme/shop'), {
  repositories: [{ repository_id: 11, named }],
});
await storeFacts(db, 1, 'acme', repositoryFact(HIDDEN, 'acme/merger'));
// Roles that are set by hand: on GitHub they are nobody.
const owner = await logInAs(db, { tenantId: 1, org: 'acme', userId: 701, role: 'owner' });
const admin = await logInAs(db, { tenantId: 1, org: 'acme', userId: 702, role: 'admin' });

async function ask(who: Credentials, method: string, to: string, body?: object) {
  const headers = { ...who, ...(body && { 'content-type': 'application/json' }) };
  const response = await api.request(`${path}${to}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  return { status: response.status, text: await response.text() };
}

/** As its readers get them, with what is only an entry's own left out. */
async function entriesOf(who: Credentials, query = '') {
  const { data } = JSON.parse((await ask(who, 'GET', `/audit-log${query}`)).text);
  return Array.from<Record<string, unknown>>(data).map(({ action, target, before, after }) => [
    action,
    target,
    before,
    after,
  ]);
}

async function sharedCounts(url: unknown): Promise<unknown[]> {
  const { body } = await get(new URL(String(url)).pathname);
  return body.data.map(({ n }) => n);
}

describe('a private repository, to whoever may not read it on GitHub', () => {
  beforeAll(async () => {
    await request('PATCH', `${path}/check-run?repository=shop`, {}, { max_lines: 500 });
    await request('PATCH', `${path}/check-run?repository=merger`, {}, { max_lines: 600 });
    await request('POST', `${path}/sync`, {}, { repositories: ['merger'] });
    await get(`${path}/exports/lead-time.csv?repository=merger&from=2026-01-01&to=2026-02-01`);
  });

  it('is not named by the audit log, which says that there was something', async () => {
    expect(await entriesOf(admin)).toEqual([
      ['data.export', 'lead-time.csv', null, null],
      ['sync.start', 'sync 1', null, null],
      ['check_run_settings.change', 'a repository that you may not read', null, null],
      ['check_run_settings.change', 'acme/shop', expect.anything(), expect.objectContaining({ max_lines: 500 })],
    ]);
    expect((await ask(admin, 'GET', '/audit-log.csv')).text).not.toContain('merger');
    expect(JSON.stringify((await get(`${path}/audit-log`)).body).match(/merger/g)).toHaveLength(3);
  });

  it('is not found by what its name may be', async () => {
    expect(await entriesOf(admin, '?target=acme/mer')).toEqual([]);
    expect(await entriesOf(admin, '?target=acme/sh')).toHaveLength(1);
    expect((await get(`${path}/audit-log?target=acme/mer`)).body.data).toHaveLength(1);
  });

  it('takes no report of theirs, as if it were not there', async () => {
    const deployment = { id: 'argo-1', sha: 'a'.repeat(40), state: 'success', at: '2026-03-02T10:00:00Z' };
    const incident = { id: 'PD-1', title: 'Down', opened_at: '2026-03-03T11:00:00Z' };
    for (const repository of ['merger', String(HIDDEN), 'nowhere']) {
      const reports = [
        await ask(admin, 'POST', '/deployments', { repository, ...deployment }),
        await ask(admin, 'POST', '/incidents', { repository, ...incident }),
      ];
      expect(reports.map(({ status }) => status)).toEqual([404, 404]);
    }
    expect((await ask(admin, 'POST', '/deployments', { repository: 'shop', ...deployment })).status).toBe(201);
    expect((await ask(admin, 'POST', '/incidents', { repository: 'shop', ...incident })).status).toBe(201);
  });

  it('is not read by a token that they have made', async () => {
    const all = await request('POST', `${path}/tokens`, {}, { name: 'all', scopes: ['read'] });
    const body = { name: 'mine', scopes: ['read'] };
    expect((await ask(owner, 'POST', '/tokens', body)).status).toBe(403);
    expect((await ask(owner, 'POST', `/tokens/${String(all.body['id'])}/rotate`, {})).status).toBe(403);
    expect((await ask(owner, 'DELETE', `/tokens/${String(all.body['id'])}`)).status).toBe(200);
  });

  it('is not in the numbers of what they share', async () => {
    await request('PATCH', `${path}/metric-definitions`, {}, { deployment_source: { kind: 'reported' } });
    for (const [id, repository] of Object.entries({ 'argo-1': 'shop', 'argo-2': 'merger', 'argo-3': 'merger' })) {
      const report = { id, repository, sha: 'a'.repeat(40), state: 'success', at: '2026-03-02T10:00:00Z' };
      expect((await request('POST', `${path}/deployments`, {}, report)).status).toBe(201);
    }
    await recomputeTouched(db, 1);
    const view = { metrics: ['deployment-frequency'], from: '2026-03-01', to: '2026-04-01' };
    const share = { name: 'For the board', view };
    const ofOperator = await request('POST', `${path}/shares`, {}, share);
    expect(await sharedCounts(ofOperator.body['url'])).toEqual([3]);
    const ofAdmin = await ask(admin, 'POST', '/shares', share);
    expect(await sharedCounts(JSON.parse(ofAdmin.text).url)).toEqual([1]);
  });

  it('is not in the events that they hear', async () => {
    const response = await api.request(`${path}/events`, { headers: admin });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (!reader) throw new Error('an answer has a body');
    let text = '';
    const readUntil = async (wanted: string) => {
      while (!text.includes(wanted)) text += (await reader.read()).value ?? '';
    };
    await readUntil('told');
    await storeFacts(db, 1, 'acme', { commits: [commitFact(HIDDEN, 'a'), commitFact(11, 'b')] });
    await readUntil('acme/shop');
    await reader.cancel();
    expect(text).not.toContain('merger');
  });

  it('is not among those that the plan leaves out', async () => {
    const patch = { tracked: false };
    for (const name of ['shop', 'merger']) await request('PATCH', `${path}/repositories/${name}`, {}, patch);
    expect((await get(`${path}/plan`)).body['left_out_count']).toBe(2);
    const plan = await ask(admin, 'GET', '/plan');
    expect(JSON.parse(plan.text)).toMatchObject({ left_out: [{ repository: 'acme/shop' }], left_out_count: 1 });
  });
});
