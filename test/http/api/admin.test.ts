import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../src/logging.ts';
import { startPurgeJobs } from '../../../src/worker/purge-jobs.ts';
import { createTestApi, storeFacts } from '../../support/api.ts';
import { commitFact } from '../../support/sample-facts.ts';
import { ACME, storeSampleOrgs } from '../../support/sample-orgs.ts';

const { db, queue, get, request } = await createTestApi();
await storeSampleOrgs(db);
const REPLAYED = 8;
await storeFacts(db, REPLAYED, 'replayed', { commits: [commitFact(91, 'a'), commitFact(91, 'b')] });
const log = createLogger({ level: 'silent', format: 'json' });

describe('the organizations of the instance', () => {
  it('are listed by id, with what stands of them', async () => {
    const first = await get('/api/v1/admin/orgs?limit=1');
    expect(first.body.data).toMatchObject([{ id: REPLAYED, installation_id: null, uninstalled_at: null, members: 0 }]);
    const { body } = await get(`/api/v1/admin/orgs?cursor=${first.body.next_cursor}`);
    const acme = body.data.find(({ id }) => id === ACME);
    expect(acme).toMatchObject({ login: 'Acme', installation_id: 77, uninstalled_at: null, repositories: 2 });
  });
});

describe('the jobs of the queue', () => {
  it('are listed by page, of a queue or in a state, with why they failed', async () => {
    await queue.createQueue('of-the-test', { retryLimit: 0 });
    for (const n of [1, 2, 3]) await queue.send('of-the-test', { n });
    const [taken] = await queue.fetch('of-the-test');
    if (taken) await queue.fail('of-the-test', taken.id, new Error('nobody there'));
    const seen: Record<string, unknown>[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await get(`/api/v1/admin/jobs?queue=of-the-test&limit=1${cursor}`);
      seen.push(...body.data);
      if (body.next_cursor === null) break;
      cursor = `&cursor=${body.next_cursor}`;
    }
    expect(seen.map(({ data }) => data)).toEqual([{ n: 3 }, { n: 2 }, { n: 1 }]);
    const failed = await get('/api/v1/admin/jobs?queue=of-the-test&state=failed');
    expect(failed.body.data).toMatchObject([{ id: taken?.id, state: 'failed', error: 'nobody there', retries: 0 }]);
  });
});

describe('an organization', () => {
  it('is not deleted while the App is installed', async () => {
    expect((await request('DELETE', '/api/v1/admin/orgs/acme')).status).toBe(409);
    expect((await get('/api/v1/orgs/acme')).status).toBe(200);
    expect((await get('/api/v1/admin/purges')).body.data).toEqual([]);
  });

  it('is deleted without one: with a receipt, which can be followed and outlives it', async () => {
    const { status, body } = await request('DELETE', '/api/v1/admin/orgs/replayed');
    expect([status, body['state'], body['org_id']]).toEqual([202, 'running', REPLAYED]);
    const again = await request('DELETE', '/api/v1/admin/orgs/replayed');
    expect([again.status, again.body['id']]).toEqual([202, body['id']]);
    const jobs = await startPurgeJobs({ db, queue, log });
    const path = `/api/v1/admin/purges/${String(body['id'])}`;
    await expect.poll(async () => (await get(path)).body['state'], { timeout: 20_000 }).toBe('done');
    await jobs.stop();
    expect((await get(path)).body).toMatchObject({ rows: { commits: 2, tenants: 1 }, finished_at: expect.any(String) });
    expect((await get('/api/v1/orgs/replayed')).status).toBe(404);
    expect((await get('/api/v1/admin/purges')).body.data).toMatchObject([{ id: body['id'], state: 'done' }]);
    expect((await get('/api/v1/admin/purges/999')).status).toBe(404);
  });

  it('stays, and its receipt says so, when the App came back before the purge began', async () => {
    await storeFacts(db, REPLAYED, 'replayed', { commits: [commitFact(91, 'a')] });
    const { body } = await request('DELETE', '/api/v1/admin/orgs/replayed');
    const observed = {
      at: '2026-01-01T00:00:00.000Z',
      app_id: null,
      repository_selection: 'all',
      permissions: null,
      events: null,
      created_at: null,
      suspended_at: null,
    };
    await storeFacts(db, REPLAYED, 'replayed', { installations: [{ installation_id: 1, observed }] });
    const jobs = await startPurgeJobs({ db, queue, log });
    const path = `/api/v1/admin/purges/${String(body['id'])}`;
    await expect.poll(async () => (await get(path)).body['state'], { timeout: 20_000 }).toBe('revived');
    await jobs.stop();
    expect((await get('/api/v1/orgs/replayed')).body).toMatchObject({ installation_id: 1, counts: { commits: 1 } });
  });
});
