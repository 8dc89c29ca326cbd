import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import { createApi } from '../../../src/http/api/app.ts';
import { createTestApi, OPERATOR_TOKEN, repositoryFact, storeFacts } from '../../support/api.ts';
import { insertDelivery } from '../../support/deliveries.ts';

const { db, deps, get } = await createTestApi();
const offline = createApi({ ...deps, connected: false, operatorToken: OPERATOR_TOKEN });
const TENANT = 4_711;
const SHOP = 11;
const DOCS = 12;

interface Health {
  complete: boolean | null;
  checked_at: string | null;
  totals: unknown[];
  last_webhook_at: string | null;
  delivery_scan: unknown;
  deliveries: { dead: number; lost: number };
  findings: { code: string; message: string; action: string }[];
  repositories: { repository: string }[];
}

async function health(): Promise<Health> {
  const { status, body } = await get('/api/v1/orgs/acme/data-health');
  expect(status).toBe(200);
  return body as unknown as Health;
}

const codes = async () => (await health()).findings.map(({ code }) => code);
const inTenant = (query: ReturnType<typeof sql>) => withTenant(db, TENANT, (trx) => query.execute(trx));

await storeFacts(db, TENANT, 'acme', repositoryFact(SHOP, 'acme/shop'), repositoryFact(DOCS, 'acme/docs'));
await storeFacts(db, 99, 'other', repositoryFact(91, 'other/secret'));

describe('data health', () => {
  it('says that nothing is asked of GitHub without a connection', async () => {
    const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` };
    const response = await offline.request('/api/v1/orgs/acme/data-health', { headers });
    expect(await response.json()).toMatchObject({
      complete: null,
      findings: [{ code: 'not_connected' }],
      repositories: [],
    });
  });

  it('says what has not happened yet', async () => {
    expect(await codes()).toEqual(['not_installed', 'no_webhook', 'delivery_scan_late', 'not_compared']);
  });

  it('is not complete while the list of repositories could not be read', async () => {
    await inTenant(sql`
      insert into sync_cursors (tenant_id, repository_id, entity, state) values (${TENANT}, 0, 'repositories', 'failed')`);
    expect((await health()).complete).toBe(false);
    await inTenant(sql`delete from sync_cursors where tenant_id = ${TENANT}`);
    expect((await health()).complete).toBeNull();
  });

  it('is not complete while commits are named as parents and are not here', async () => {
    await inTenant(sql`
      insert into count_checks (tenant_id, repository_id, entity, stored, total, checked_at)
      values (${TENANT}, ${SHOP}, 'commits', 9, 10, now())`);
    const found = await health();
    expect(found.complete).toBe(false);
    expect(found.totals).toEqual([{ entity: 'commits', stored: 9, total: 10, missing: 1 }]);
    await inTenant(sql`delete from count_checks where tenant_id = ${TENANT}`);
  });

  it('has what is stored beside what GitHub has', async () => {
    await storeFacts(db, TENANT, 'acme', { installations: [{ installation_id: 7 }] });
    await insertDelivery(db, { guid: '72d3162e-cc78-11e3-81ab-000000000001', tenantId: TENANT });
    await sql`insert into hook_delivery_scans (covers_from, finished_at, listed, recovered) values (now(), now(), 9, 2)`.execute(
      db,
    );
    await inTenant(sql`
      insert into count_checks (tenant_id, repository_id, entity, stored, total, checked_at)
      values (${TENANT}, ${SHOP}, 'issues', 3, 5, now()), (${TENANT}, ${DOCS}, 'issues', 9, 4, now())`);
    expect(await health()).toMatchObject({
      complete: false,
      checked_at: expect.any(String),
      totals: [{ entity: 'issues', stored: 12, total: 9, missing: 2 }],
      last_webhook_at: expect.any(String),
      delivery_scan: { listed: 9, recovered: 2, lost: 0 },
      deliveries: { dead: 0, lost: 0 },
      findings: [{ code: 'counts_differ', message: '2 of 9 issues are missing.', action: expect.any(String) }],
      repositories: [{ repository: 'acme/shop' }],
    });
  });

  it('is complete when nothing is missing', async () => {
    await inTenant(sql`update count_checks set stored = 5 where tenant_id = ${TENANT} and repository_id = ${SHOP}`);
    expect(await health()).toMatchObject({ complete: true, findings: [], repositories: [] });
  });

  it('counts what could not be applied and what was lost, of this organization', async () => {
    await insertDelivery(db, { guid: '72d3162e-cc78-11e3-81ab-000000000002', tenantId: TENANT, state: 'dead' });
    await insertDelivery(db, { guid: '72d3162e-cc78-11e3-81ab-000000000003', tenantId: 99, state: 'dead' });
    await sql`
      insert into lost_deliveries (guid, event, installation_id, delivered_at, reason) values
        ('72d3162e-cc78-11e3-81ab-000000000004', 'push', 7, now(), 'gone'),
        ('72d3162e-cc78-11e3-81ab-000000000001', 'push', 7, now(), 'came later'),
        ('72d3162e-cc78-11e3-81ab-000000000005', 'push', 8, now(), 'of another')`.execute(db);
    expect(await health()).toMatchObject({ deliveries: { dead: 1, lost: 1 } });
    expect(await codes()).toEqual(['deliveries_dead', 'deliveries_lost']);
  });

  it('names missing permissions, failures, and what is being read', async () => {
    await inTenant(sql`
      insert into sync_cursors (tenant_id, repository_id, entity, state) values
        (${TENANT}, ${SHOP}, 'issues', 'forbidden'), (${TENANT}, ${DOCS}, 'issues', 'forbidden'),
        (${TENANT}, ${SHOP}, 'releases', 'failed'), (${TENANT}, ${SHOP}, 'commits', 'running')`);
    const { findings, complete, repositories } = await health();
    expect(complete).toBe(false);
    expect(repositories.map(({ repository }) => repository)).toEqual(['acme/docs', 'acme/shop']);
    expect(findings.map(({ code, message }) => `${code}: ${message}`).slice(2)).toEqual([
      'permission_missing: The app may not read Issues.',
      'sync_failed: releases of 1 repositories could not be read to the end.',
      'sync_running: History is being read from GitHub.',
    ]);
    for (const { action } of findings) expect(action).not.toBe('');
  });

  it.each(['forbidden', 'failed', 'pending', 'running', 'cancelled', 'done', 'gone'])(
    'is complete unless a list is in a state such as %s',
    async (state) => {
      await inTenant(sql`
        update sync_cursors set state = case when repository_id = ${SHOP} and entity = 'issues' then ${state} else 'done' end
        where tenant_id = ${TENANT}`);
      const isRead = state === 'done' || state === 'gone';
      expect((await health()).complete).toBe(isRead);
      const { body } = await get('/api/v1/orgs/acme/data-health/repositories');
      expect(body.data).toMatchObject([{ complete: true }, { complete: isRead }]);
    },
  );

  it('says that the app is suspended', async () => {
    await inTenant(sql`update installations set suspended_at = now() where tenant_id = ${TENANT}`);
    expect((await codes())[0]).toBe('suspended');
  });

  it('lists every repository, by name', async () => {
    const { body } = await get('/api/v1/orgs/acme/data-health/repositories?limit=1');
    expect(body.data).toMatchObject([{ repository: 'acme/docs', complete: true }]);
    const next = await get(`/api/v1/orgs/acme/data-health/repositories?cursor=${body.next_cursor}`);
    expect(next.body.data).toMatchObject([
      {
        id: SHOP,
        repository: 'acme/shop',
        complete: true,
        entities: expect.arrayContaining([
          expect.objectContaining({ entity: 'issues', state: 'gone', stored: 5, total: 5 }),
          expect.objectContaining({ entity: 'commits', state: 'done', stored: null, total: null }),
        ]),
      },
    ]);
    expect(next.body.next_cursor).toBeNull();
  });
});
