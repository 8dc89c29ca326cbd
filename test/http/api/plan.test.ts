import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import { requireMemberPlace } from '../../../src/tenancy/plan-places.ts';
import { createTestApi, repositoryFact, storeFacts } from '../../support/api.ts';
import { insertDelivery } from '../../support/deliveries.ts';

const { db, get, request } = await createTestApi();
const repositories = [1, 2, 3, 4].map((id) => repositoryFact(id, `acme/repo-${id}`));
await storeFacts(db, 1, 'acme', ...repositories);
await storeFacts(db, 2, 'globex', repositoryFact(9, 'globex/secret'));

const setPlan = (plan: unknown, org = 'acme') => request('PUT', `/api/v1/orgs/${org}/plan`, {}, { plan });
const track = (repo: string, tracked: unknown, org = 'acme') =>
  request('PATCH', `/api/v1/orgs/${org}/repositories/${repo}`, {}, { tracked });

describe('a plan', () => {
  it('is that of the instance for a new organization, and limits nothing by default', async () => {
    expect((await get('/api/v1/orgs/acme/plan')).body).toEqual({
      plan: 'enterprise',
      limits: { repositories: null, members: null },
      used: { repositories: 4, members: 0 },
      left_out: [],
      left_out_count: 0,
    });
  });

  it('says which repositories it leaves out, and how much waits for them', async () => {
    const { status, body } = await setPlan('free');
    expect([status, body['used']]).toEqual([200, { repositories: 3, members: 0 }]);
    expect(body['left_out']).toEqual([{ repository: 'acme/repo-4', reason: 'plan', held_deliveries: 0 }]);
    await insertDelivery(db, { guid: '72d3162e-cc78-11e3-81ab-000000000001', tenantId: 1, state: 'held' });
    await sql`update deliveries set repository_id = 4`.execute(db);
    expect((await get('/api/v1/orgs/acme/plan')).body['left_out']).toEqual([
      { repository: 'acme/repo-4', reason: 'plan', held_deliveries: 1 },
    ]);
    const left = (await get('/api/v1/orgs/acme/repositories?tracked=false')).body.data;
    expect(left.map((row) => row['full_name'])).toEqual(['acme/repo-4']);
    expect((await get('/api/v1/orgs/globex/plan')).body['used']).toEqual({ repositories: 1, members: 0 });
  });

  it('refuses a repository that it has no room for, with its limit and what is used', async () => {
    const { status, body } = await track('repo-4', true);
    expect([status, body['limit'], body['used']]).toEqual([403, 3, 3]);
    expect(body['detail']).toContain('room for 3 repositories, and 3 are tracked');
    expect((await track('repo-1', false)).body['tracked']).toBe(false);
    expect((await track('repo-4', true)).body).toMatchObject({ full_name: 'acme/repo-4', tracked: true });
    expect((await get('/api/v1/orgs/acme/plan')).body['left_out']).toEqual([
      { repository: 'acme/repo-1', reason: 'choice', held_deliveries: 0 },
    ]);
  });

  it('takes in what it left out when it is raised, and not what somebody left out', async () => {
    await storeFacts(db, 1, 'acme', repositoryFact(5, 'acme/repo-5'));
    expect((await get('/api/v1/orgs/acme/repositories/repo-5')).body['tracked']).toBe(false);
    const { body } = await setPlan('pro');
    expect(body['left_out']).toEqual([{ repository: 'acme/repo-1', reason: 'choice', held_deliveries: 0 }]);
    expect(body['used']).toEqual({ repositories: 4, members: 0 });
  });

  it('is changed with a trace of who did it', async () => {
    const entries = await withTenant(db, 1, async (trx) => {
      const { rows } =
        await sql`select action, target, after from audit_log where tenant_id = 1 order by entry_id`.execute(trx);
      return rows;
    });
    expect(entries).toEqual([
      { action: 'plan.change', target: 'acme', after: { plan: 'free' } },
      { action: 'repository.untrack', target: 'acme/repo-1', after: { tracked: false, choice: false } },
      { action: 'repository.track', target: 'acme/repo-4', after: { tracked: true, choice: true } },
      { action: 'plan.change', target: 'acme', after: { plan: 'pro' } },
    ]);
  });

  it('is one of those that there are', async () => {
    const { status, body } = await setPlan('gold');
    expect([status, body.errors[0]?.pointer]).toEqual([400, '#/body/plan']);
    expect((await setPlan('free', 'nobody')).status).toBe(404);
  });
});

describe('tracking', () => {
  it('is of repositories of the organization alone', async () => {
    expect((await track('secret', false)).status).toBe(404);
    expect((await track('9', false)).status).toBe(404);
    expect((await get('/api/v1/orgs/globex/repositories/secret')).body['tracked']).toBe(true);
  });

  it('needs that the app sees the repository', async () => {
    const installed = { at: '2026-02-01T00:00:00.000Z', installed: false };
    await storeFacts(db, 1, 'acme', { repositories: [{ repository_id: 2, installed }] });
    const { status, body } = await track('repo-2', true);
    expect([status, body['detail']]).toEqual([
      409,
      'The app can not see acme/repo-2: give it the repository on GitHub first.',
    ]);
  });

  it('is true or false', async () => {
    expect((await track('repo-1', 'yes')).body.errors[0]?.pointer).toBe('#/body/tracked');
  });
});

/** @returns why nobody more can be invited */
async function join(count: number): Promise<unknown> {
  await withTenant(db, 1, async (trx) => {
    await sql`insert into members (tenant_id, user_id, role, source)
      select 1, i, 'developer', 'github' from generate_series(1, ${count}::int) i on conflict do nothing`.execute(trx);
  });
  return withTenant(db, 1, (trx) => requireMemberPlace(trx, 1)).catch((error: unknown) => error);
}

it('a plan has room for five members before nobody can be invited', async () => {
  await setPlan('free');
  expect(await join(4)).toBeUndefined();
  expect(await join(5)).toMatchObject({ name: 'PlanLimitError', limit: 5, used: 5 });
  // GitHub's members are members, however many.
  expect(await join(7)).toMatchObject({ limit: 5, used: 7 });
});

it('an invitation takes a place of the plan until it is taken back', async () => {
  await setPlan('free', 'globex');
  const invite = (login: string) => request('POST', '/api/v1/orgs/globex/members', {}, { login, role: 'viewer' });
  const ids: unknown[] = [];
  for (const login of ['a', 'b', 'c', 'd', 'e']) {
    const { status, body } = await invite(login);
    expect(status).toBe(201);
    ids.push(body['id']);
  }
  const { status, body } = await invite('f');
  expect([status, body['limit'], body['used']]).toEqual([403, 5, 5]);
  expect((await request('DELETE', `/api/v1/orgs/globex/invitations/${String(ids[0])}`)).status).toBe(200);
  expect((await invite('f')).status).toBe(201);
});
