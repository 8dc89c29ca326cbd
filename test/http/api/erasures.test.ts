import { describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import { createTestApi, repositoryFact, storeFacts } from '../../support/api.ts';
import { logInAs } from '../../support/callers.ts';
import { commitFact, contributorFact, emailFact } from '../../support/sample-facts.ts';

const { api, db, get, request } = await createTestApi();
const [ANN, OWNER] = [501, 502];
await storeFacts(db, 1, 'acme', repositoryFact(11, 'acme/shop'), {
  contributors: [contributorFact(ANN, 'ann'), contributorFact(OWNER, 'olga')],
  contributor_emails: [emailFact('ann@acme.example', 'Ann', { login: 'ann', user_id: ANN })],
  commits: [commitFact(11, 'a'), commitFact(11, 'b')],
});
await withTenant(db, 1, (trx) =>
  trx.insertInto('members').values({ tenant_id: 1, user_id: OWNER, role: 'owner', source: 'github' }).execute(),
);

const path = '/api/v1/orgs/acme/contributors';

describe('the erasure of a person', () => {
  it('is accepted, and leaves what they did to somebody without a name', async () => {
    const { status, body } = await request('DELETE', `${path}/${ANN}`);
    expect([status, body['state'], body['deliveries_changed']]).toEqual([202, 'running', 0]);
    expect((await get(`${path}/${ANN}`)).status).toBe(404);
    expect((await get(`${path}?login=ann`)).body.data).toEqual([]);
    expect((await get(`${path}/${String(body['id'])}`)).body).toMatchObject({
      login: expect.stringMatching(/^erased-/),
      name: null,
      commits: 2,
    });
    const commits = await get('/api/v1/orgs/acme/commits');
    expect(commits.body.data[0]).toMatchObject({
      author: { name: null, email: expect.stringMatching(/@erased\.invalid$/), id: body['id'] },
    });
  });

  it('can be followed, and is in the audit log', async () => {
    const { data } = (await get('/api/v1/orgs/acme/erasures')).body;
    expect(data).toMatchObject([{ state: 'running', finished_at: null }]);
    const log = await get('/api/v1/orgs/acme/audit-log?action=contributor.erase');
    expect(log.body.data).toMatchObject([{ actor: 'operator', target: `contributor ${String(data[0]?.['id'])}` }]);
  });

  it('logs them out', async () => {
    const leaver = await logInAs(db, { tenantId: 1, org: 'acme', userId: 503, role: 'viewer' });
    const statusOf = async () => (await api.request('/api/v1/me', { headers: leaver })).status;
    expect(await statusOf()).toBe(200);
    expect((await request('DELETE', `${path}/503`)).status).toBe(202);
    expect(await statusOf()).toBe(401);
  });

  it('is refused for whom nobody knows, for the last owner, and twice', async () => {
    expect((await request('DELETE', `${path}/999`)).status).toBe(404);
    const last = await request('DELETE', `${path}/${OWNER}`);
    expect([last.status, last.body['detail']]).toEqual([
      409,
      'This is the last owner: make somebody else an owner first.',
    ]);
    const [erased] = (await get('/api/v1/orgs/acme/erasures')).body.data;
    expect((await request('DELETE', `${path}/${String(erased?.['id'])}`)).status).toBe(409);
  });
});
