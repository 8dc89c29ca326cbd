import { beforeAll, describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import { recordAudit } from '../../../src/tenancy/audit-log.ts';
import { verifyAuditLog } from '../../../src/tenancy/verify-audit-log.ts';
import { createTestApi, OPERATOR_TOKEN, repositoryFact, storeFacts } from '../../support/api.ts';
import { readCsv } from '../../support/csv.ts';

const { api, db, get } = await createTestApi();
const [ACME, OTHER] = [1, 2];
const path = '/api/v1/orgs/acme/audit-log';

async function record(tenantId: number, name: string, action: string, target: string) {
  const actor = { name, address: '203.0.113.7', userAgent: 'curl/8' };
  await withTenant(db, tenantId, (trx) =>
    recordAudit(trx, { tenantId, actor, action, target, before: null, after: { role: 'admin' } }),
  );
}

async function download(url: string) {
  const response = await api.request(url, { headers: { authorization: `Bearer ${OPERATOR_TOKEN}` } });
  return { status: response.status, type: response.headers.get('content-type'), rows: readCsv(await response.text()) };
}

beforeAll(async () => {
  await storeFacts(db, ACME, 'acme', repositoryFact(11, 'acme/shop'));
  await storeFacts(db, OTHER, 'other');
  await record(ACME, 'ann', 'token.create', 'token 1 deploy');
  await record(ACME, 'bob', 'token.delete', 'token 1 deploy');
  await record(OTHER, 'eve', 'token.create', 'token 9 secret');
  await record(ACME, '=ann', 'tokens', 'acme/Shop deployment 5');
});

const idsOf = async (query: string) => (await get(`${path}?${query}`)).body.data.map(({ id }) => id);

describe('the audit log', () => {
  it('has who did what, the latest first, of this organization alone', async () => {
    const { body } = await get(path);
    expect(body.data.map(({ id, actor, action }) => [id, actor, action])).toEqual([
      [3, '=ann', 'tokens'],
      [2, 'bob', 'token.delete'],
      [1, 'ann', 'token.create'],
    ]);
    expect(body.data[2]).toMatchObject({
      target: 'token 1 deploy',
      before: null,
      after: { role: 'admin' },
      address: '203.0.113.7',
      user_agent: 'curl/8',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('is filtered by who, what, on what and when', async () => {
    expect(await idsOf('actor=ANN')).toEqual([1]);
    expect(await idsOf('action=token')).toEqual([2, 1]);
    expect(await idsOf('action=token.delete')).toEqual([2]);
    expect(await idsOf('target=shop%20dep')).toEqual([3]);
    expect(await idsOf('target=%25')).toEqual([]);
    expect(await idsOf('to=2020-01-01')).toEqual([]);
    expect(await idsOf('from=2020-01-01&actor=bob')).toEqual([2]);
    expect((await get(`${path}?from=yesterday`)).body.errors).toMatchObject([{ pointer: '#/query/from' }]);
  });

  it('comes by pages that visit each entry once', async () => {
    const first = await get(`${path}?limit=2`);
    const second = await get(`${path}?limit=2&cursor=${first.body.next_cursor}`);
    expect([...first.body.data, ...second.body.data].map(({ id }) => id)).toEqual([3, 2, 1]);
    expect(second.body.next_cursor).toBeNull();
  });

  it('is exported as a file that no spreadsheet runs, and says who took it', async () => {
    const { status, type, rows } = await download(`${path}.csv?target=s`);
    expect([status, type]).toEqual([200, 'text/csv; charset=utf-8; header=present']);
    expect(rows.map(({ id, actor, after }) => [id, actor, after])).toEqual([['3', "'=ann", '{"role":"admin"}']]);
    const [latest] = (await get(path)).body.data;
    expect(latest).toMatchObject({
      actor: 'operator',
      action: 'data.export',
      target: 'audit-log.csv',
      after: { target: 's' },
    });
  });

  it('says who exported the rows of a metric, and which', async () => {
    await download('/api/v1/orgs/acme/exports/lead-time.csv?repository=shop&from=2026-01-01&to=2026-02-01');
    const [latest] = (await get(path)).body.data;
    expect(latest).toMatchObject({
      action: 'data.export',
      target: 'lead-time.csv',
      after: { repository: 'shop', from: '2026-01-01', to: '2026-02-01' },
    });
    expect(await withTenant(db, ACME, (trx) => verifyAuditLog(trx, ACME))).toMatchObject({ broken: undefined });
  });
});
