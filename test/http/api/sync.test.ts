import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { withTenant } from '../../../db/tenant.ts';
import { createApi } from '../../../src/http/api/app.ts';
import { SYNC_PAGE } from '../../../src/queue.ts';
import { createTestApi, OPERATOR_TOKEN, repositoryFact, storeFacts } from '../../support/api.ts';
import { installationFact } from '../../support/sync-engine.ts';

const { api, deps, db, queue, get, request } = await createTestApi();
await storeFacts(db, 1, 'acme', installationFact(1), repositoryFact(11, 'acme/shop'), repositoryFact(12, 'acme/site'));
await storeFacts(db, 2, 'other', installationFact(2), repositoryFact(21, 'other/secret'));
await storeFacts(db, 3, 'paused', installationFact(3, '2026-02-01T00:00:00.000Z'), repositoryFact(31, 'paused/shop'));

function post(org: string, body?: unknown, token = OPERATOR_TOKEN) {
  return api.request(`/api/v1/orgs/${org}/sync`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

function setCursor(tenantId: number, repositoryId: number, entity: string, changes: string): Promise<unknown> {
  return withTenant(db, tenantId, (trx) =>
    sql`update sync_cursors set ${sql.raw(changes)}
      where tenant_id = ${tenantId} and repository_id = ${repositoryId} and entity = ${entity}`.execute(trx),
  );
}

await withTenant(db, 1, (trx) =>
  sql`insert into rate_limits (tenant_id, resource, installation_id, quota, remaining, reset_at)
    values (1, 'graphql', 1, 5000, 4321, '2999-01-01T00:00:00Z'), (1, 'core', 1, 5000, 7, '2000-01-01T00:00:00Z')`.execute(
    trx,
  ),
);

describe('the sync of an organization', () => {
  it('is idle before anybody asks', async () => {
    expect((await get('/api/v1/orgs/acme/sync')).body).toMatchObject({
      state: 'idle',
      phase: null,
      done: 0,
      total: 0,
      syncs: [],
      budget: [{ resource: 'graphql', limit: 5_000, remaining: 4_321, resets_at: '2999-01-01T00:00:00.000Z' }],
      repositories: [],
    });
  });

  it('starts on request, and wakes a worker', async () => {
    const response = await post('acme');
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({
      id: expect.any(Number),
      reason: 'request',
      state: 'running',
      repositories: null,
      requested_by: 'operator',
      finished_at: null,
    });
    expect(await queue.findJobs(SYNC_PAGE, { data: { tenantId: 1 } })).toHaveLength(1);
    expect((await get('/api/v1/orgs/acme/sync')).body).toMatchObject({
      state: 'running',
      phase: 'repositories',
      total: null,
      time_left_s: null,
      repositories: [
        { repository: 'acme/shop', state: 'pending', entities: expect.any(Array) },
        { repository: 'acme/site' },
      ],
    });
  });

  it('answers with the one that reads the same already', async () => {
    const { id } = z.object({ id: z.int() }).parse(await (await post('acme')).json());
    expect(await (await post('acme', { repositories: ['shop'] })).json()).toMatchObject({ id, repositories: null });
  });

  it('starts of the repositories that are named, by name or id', async () => {
    await withTenant(db, 1, (trx) => sql`update syncs set state = 'done' where tenant_id = 1`.execute(trx));
    const response = await post('acme', { repositories: ['SHOP', '12'] });
    expect(await response.json()).toMatchObject({ repositories: ['acme/shop', 'acme/site'] });
  });

  it.each([
    ['none', undefined, 404],
    ['acme', { repositories: ['secret'] }, 404],
    ['acme', { repositories: [] }, 400],
    ['acme', { repository: 'shop' }, 400],
    ['paused', undefined, 409],
  ])('of %s with %j is %i', async (org, body, status) => {
    expect((await post(org, body)).status).toBe(status);
  });

  it('is off without a GitHub, and says what to set', async () => {
    const offline = createApi({ ...deps, connected: false, operatorToken: OPERATOR_TOKEN });
    const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` };
    const refused = await offline.request('/api/v1/orgs/acme/sync', { method: 'POST', headers });
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ detail: expect.stringContaining('APP_ID') });
    const state = await offline.request('/api/v1/orgs/acme/sync', { headers });
    expect(await state.json()).toMatchObject({ state: 'off', action: expect.stringContaining('APP_ID') });
  });

  it('is suspended with the installation', async () => {
    expect((await get('/api/v1/orgs/paused/sync')).body).toMatchObject({
      state: 'suspended',
      action: expect.stringContaining('GitHub App'),
    });
  });

  it('shows how far it is: what GitHub has told, and null for what it has not', async () => {
    await setCursor(1, 0, 'repositories', `state = 'done'`);
    for (const id of [11, 12]) {
      await withTenant(db, 1, (trx) =>
        sql`update sync_cursors set state = 'done', items = 10, total = 10
          where tenant_id = 1 and repository_id = ${id}`.execute(trx),
      );
    }
    await setCursor(1, 11, 'issues', `state = 'running', items = 100, total = 250, worked_ms = 30000, phase = 'rest'`);
    await sql`update sync_turns set minute = date_trunc('minute', now()), minute_items = 100, last_minute_items = 0
      where tenant_id = 1`.execute(db);
    const { body } = await get('/api/v1/orgs/acme/sync');
    expect(body).toMatchObject({ state: 'running', phase: 'rest', done: 270, total: 420 });
    expect(body['rate_per_minute']).toBeGreaterThanOrEqual(100);
    expect(body['time_left_s']).toBeGreaterThan(0);
    expect(body['repositories']).toHaveLength(1);
    expect(body).toMatchObject({
      repositories: [{ repository: 'acme/shop', state: 'running', phase: 'rest', done: 180, total: 330 }],
    });
    const [shop] = body['repositories'] as { entities: Record<string, unknown>[] }[];
    expect(shop?.entities.find(({ entity }) => entity === 'issues')).toMatchObject({
      state: 'running',
      done: 100,
      total: 250,
      rate_per_minute: 200,
    });

    await setCursor(1, 11, 'issues', 'total = null');
    expect((await get('/api/v1/orgs/acme/sync')).body).toMatchObject({ done: 270, total: null, time_left_s: null });
  });

  it('says what could not be read, and what to do', async () => {
    await setCursor(1, 11, 'issues', `state = 'forbidden', error = 'ForbiddenError: no'`);
    await setCursor(1, 11, 'releases', `state = 'failed', error = 'TypeError: no', attempts = 5`);
    const { body } = await get('/api/v1/orgs/acme/sync');
    expect(body).toMatchObject({ state: 'idle', action: expect.any(String), repositories: [{ state: 'incomplete' }] });
    const [shop] = body['repositories'] as { entities: { entity: string; action: string | null }[] }[];
    const actions = Object.fromEntries((shop?.entities ?? []).map(({ entity, action }) => [entity, action]));
    expect(actions).toMatchObject({
      issues: expect.stringContaining('"Issues"'),
      releases: expect.stringContaining('again'),
      commits: null,
    });
  });

  it('waits for the limit of GitHub, and says until when', async () => {
    await setCursor(1, 12, 'issues', `state = 'pending'`);
    await sql`update sync_turns set waiting = 'rate_limit', due_at = '2999-01-01T00:00:00Z' where tenant_id = 1`.execute(
      db,
    );
    expect((await get('/api/v1/orgs/acme/sync')).body).toMatchObject({
      state: 'waiting',
      waiting: { reason: 'rate_limit', until: '2999-01-01T00:00:00.000Z' },
    });
  });

  it('lists every repository by pages', async () => {
    const first = await get('/api/v1/orgs/acme/sync/repositories?limit=1');
    expect(first.body.data).toMatchObject([{ repository: 'acme/shop' }]);
    const next = await get(`/api/v1/orgs/acme/sync/repositories?limit=1&cursor=${first.body.next_cursor}`);
    expect(next.body).toMatchObject({ data: [{ repository: 'acme/site' }], next_cursor: null });
    expect((await get('/api/v1/orgs/other/sync/repositories')).body.data).toEqual([]);
  });

  it('is cancelled by its id', async () => {
    const { id } = (await (await post('acme')).json()) as { id: number };
    expect(await request('DELETE', `/api/v1/orgs/acme/sync/${id}`)).toMatchObject({
      status: 200,
      body: { id, state: 'cancelled', finished_at: expect.any(String) },
    });
    expect(await request('DELETE', `/api/v1/orgs/acme/sync/${id}`)).toMatchObject({ status: 200 });
    expect(await request('DELETE', `/api/v1/orgs/other/sync/${id}`)).toMatchObject({ status: 404 });
    for (const wrong of ['abc', '1.5']) {
      expect(await request('DELETE', `/api/v1/orgs/acme/sync/${wrong}`)).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '#/path/id', detail: 'is not a whole number' }] },
      });
    }
  });
});
