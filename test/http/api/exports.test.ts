import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import type { Facts } from '../../../src/facts/facts.ts';
import { recomputeTouched } from '../../../src/metrics/derive/recompute.ts';
import { createTestApi, OPERATOR_TOKEN, repositoryFact, storeFacts } from '../../support/api.ts';
import { readCsv } from '../../support/csv.ts';
import { deploymentFact, statusFact } from '../../support/sample-facts.ts';

const { api, db, get } = await createTestApi();
const [TENANT, SHOP, LARGE] = [1, 11, 12];
const at = '2026-03-02T10:00:00.000Z';
const refs = ['=HYPERLINK("http://x")', '+1', '-1', '@SUM(A1)', '\tx', 'a,b', 'line\r\nbreak', 'plain-1'];
await storeFacts(db, TENANT, 'acme', repositoryFact(SHOP, 'acme/shop'), repositoryFact(LARGE, 'acme/large'), {
  deployments: refs.map((ref, index) => deploymentFact(SHOP, index + 1, { ref, sha: `a${index}`, created_at: at })),
  deployment_statuses: refs.map((_, index) =>
    statusFact(SHOP, index + 1, { id: index + 1, state: 'success', created_at: at }),
  ),
});
await recomputeTouched(db, TENANT);

async function request(path: string, method = 'GET') {
  const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` };
  return api.request(`/api/v1/orgs/acme/exports/${path}`, { method, headers });
}
const window = 'from=2026-03-01&to=2026-04-01';

function finished(repositoryId: number, id: number, created_at: string, state: string): Facts {
  return {
    deployments: [deploymentFact(repositoryId, id, { sha: `f${id}`, created_at })],
    deployment_statuses: [statusFact(repositoryId, id, { id, state, created_at })],
  };
}

describe('an export', () => {
  it('is a file of comma-separated values, which is not tagged', async () => {
    const response = await request(`deployment-frequency.csv?repository=shop&${window}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="deployment-frequency.csv"');
    expect(response.headers.get('etag')).toBeNull();
    const text = await response.text();
    expect(text.slice(0, text.indexOf('\r\n'))).toBe(
      'repository,id,at,value,counted,excluded,environment,sha,ref,outcome,source,head_sha,matched_by',
    );
    expect(readCsv(text).at(-1)).toMatchObject({ repository: 'acme/shop', id: '1', at, value: '', excluded: '' });
  });

  it('writes no text that a spreadsheet would run, and every other as it is', async () => {
    const response = await request(`deployment-frequency.csv?repository=shop&${window}`);
    const written = readCsv(await response.text()).map(({ ref }) => ref);
    expect(written.toReversed()).toEqual([...refs.slice(0, 5).map((ref) => `'${ref}`), ...refs.slice(5)]);
  });

  it('has the header alone where nothing is in the window', async () => {
    const text = await (await request('lead-time.csv?from=2020-01-01&to=2020-02-01')).text();
    expect(text).toBe('repository,id,at,value,counted,excluded,number,sha,rule,environment,author,started_at\r\n');
  });

  it('says of a failed deployment whether it is open, as its row does', async () => {
    await storeFacts(
      db,
      TENANT,
      'acme',
      finished(SHOP, 21, '2025-06-01T10:00:00.000Z', 'failure'),
      finished(SHOP, 22, '2025-06-02T10:00:00.000Z', 'success'),
      finished(LARGE, 20_000, '2025-06-03T10:00:00.000Z', 'failure'),
    );
    await recomputeTouched(db, TENANT);
    const june = 'from=2025-06-01&to=2025-07-01';
    const lines = readCsv(await (await request(`recovery-time.csv?${june}`)).text());
    expect(lines.map(({ id, value, open }) => [id, value, open])).toEqual([
      ['20000', '', 'true'],
      ['21', '86400', 'false'],
    ]);
    const { body } = await get(`/api/v1/orgs/acme/metrics/recovery-time/rows?${june}`);
    expect(body.data.map(({ id, value, open }) => [id, value, open])).toEqual([
      [20_000, null, true],
      [21, 86_400, false],
    ]);
    const { body: rates } = await get(`/api/v1/orgs/acme/metrics/change-fail-rate/rows?${june}`);
    expect(rates.data.some((row) => 'open' in row)).toBe(false);
  });

  it('has every row, once, when they are more than are read at a time', async () => {
    const rows = 10_500;
    await withTenant(db, TENANT, (trx) =>
      sql`insert into production_deployments (tenant_id, repository_id, deployment_id, source, environment, sha, outcome,
          finished_at)
        select ${TENANT}::bigint, ${LARGE}::bigint, n, 'github_deployment', 'production', 's', 'success',
          ${at}::timestamptz + n % 700 * interval '1 minute' from generate_series(1, ${rows}::integer) n`.execute(trx),
    );
    const lines = readCsv(await (await request(`change-fail-rate.csv?repository=large&${window}`)).text());
    expect(lines).toHaveLength(rows);
    expect(new Set(lines.map(({ id }) => id)).size).toBe(rows);
  });

  it.each([
    ['unknown.csv', 400],
    ['lead-time.json', 400],
    ['lead-time.csv?limit=3', 400],
    ['lead-time.csv?repository=nowhere', 404],
    ['lead-time.csv?from=2026-03-02&to=2026-03-01', 422],
  ])('%s is answered with %i', async (path, status) => {
    expect((await request(path)).status).toBe(status);
  });
});
