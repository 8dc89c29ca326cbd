import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { applyFacts } from '../../src/facts/apply.ts';
import type { Facts } from '../../src/facts/facts.ts';
import { createLogger } from '../../src/logging.ts';
import { purgeTenant } from '../../src/tenancy/purge.ts';
import { purgeUninstalled } from '../../src/tenancy/purge-uninstalled.ts';
import { listTenantTables } from '../../src/tenancy/tenant-tables.ts';
import { storeFacts } from '../support/api.ts';
import { createTestDatabase } from '../support/database.ts';
import { insertDelivery } from '../support/deliveries.ts';
import { query } from '../support/embedded-process.ts';
import { commitFact, issueFact } from '../support/sample-facts.ts';
import { fillTables, listTables, NOT_TENANTS } from '../support/tenant-tables.ts';

const OURS = 101;
const THEIRS = 202;
const DELETED_AT = '2026-03-01T00:00:00.000Z';
const log = createLogger({ level: 'silent', format: 'json' });

const { db, url, superuserUrl } = await createTestDatabase();

const installed = (installation_id: number): Facts => ({
  installations: [
    {
      installation_id,
      observed: {
        at: '2026-01-01T00:00:00.000Z',
        app_id: null,
        repository_selection: 'all',
        permissions: null,
        events: null,
        created_at: null,
        suspended_at: null,
      },
    },
  ],
});
const uninstalled = (installation_id: number): Facts => ({
  installations: [{ installation_id, deleted_at: DELETED_AT }],
});

async function countRows(tenantId: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { name } of await listTenantTables(db)) {
    const rows = await query(superuserUrl, `select 1 from ${name} where tenant_id = ${tenantId}`);
    if (rows.length > 0) counts[name] = rows.length;
  }
  return counts;
}

const receipts = async () =>
  (
    await sql<{
      account_id: number;
      state: string;
    }>`select *, to_json(installation_ids) as installation_ids from purges order by purge_id`.execute(db)
  ).rows;

beforeEach(async () => {
  const tables = [...(await listTenantTables(db)).map(({ name }) => name), 'purges'];
  await query(superuserUrl, tables.map((table) => `delete from ${table}`).join(';'));
});

describe('the purge of an uninstalled account', () => {
  it('empties every table that has tenants, and touches no other tenant', async () => {
    // Those of the instance, too, that have rows about tenants.
    const tables = (await listTenantTables(db)).map(({ name }) => name).filter((name) => name !== 'deliveries');
    const tenantsOwn = (await listTables(url)).filter((table) => !NOT_TENANTS.has(table));
    expect(tables).toEqual(expect.arrayContaining(tenantsOwn));
    await fillTables(
      { url, superuserUrl },
      {
        tables,
        tenantIds: [OURS, THEIRS],
        change: (table, tenantId) => ({
          ...(table === 'installations' && { deleted_at: DELETED_AT }),
          ...(table === 'served_domains' && { domain: `${tenantId}.example` }),
        }),
      },
    );
    await insertDelivery(db, { guid: '72d3162e-cc78-11e3-81ab-000000000001', tenantId: OURS });
    await insertDelivery(db, { guid: '72d3162e-cc78-11e3-81ab-000000000002', tenantId: THEIRS });
    const expected = Object.fromEntries([...tables, 'deliveries'].map((table) => [table, 1]));
    expect(await countRows(OURS)).toEqual(expected);

    const receipt = await purgeTenant(db, OURS);
    expect(receipt).toEqual({ tenantId: OURS, state: 'done', rows: expected });
    expect(await countRows(OURS)).toEqual({});
    expect(await countRows(THEIRS)).toEqual(expected);
    expect(await receipts()).toMatchObject([
      { account_id: OURS, state: 'done', installation_ids: [1], rows: expected, finished_at: expect.any(Date) },
    ]);
  });

  it('goes by batches', async () => {
    const issues = Array.from({ length: 25 }, (_, index) => issueFact(1, index + 1));
    await storeFacts(db, OURS, 'acme', installed(7), uninstalled(7), { issues });
    const receipt = await purgeTenant(db, OURS, { batch: 10 });
    expect(receipt).toMatchObject({ state: 'done', rows: { issues: 25, tenants: 1, installations: 1 } });
    expect(await countRows(OURS)).toEqual({});
  });

  it('removes what was lost of its installations, and of no other', async () => {
    await storeFacts(db, OURS, 'acme', installed(7), uninstalled(7));
    await sql`delete from lost_deliveries`.execute(db);
    await sql`
      insert into lost_deliveries (guid, event, installation_id, delivered_at, reason) values
        (gen_random_uuid(), 'push', 7, now(), 'gone'), (gen_random_uuid(), 'push', 8, now(), 'gone'),
        (gen_random_uuid(), 'ping', null, now(), 'gone')`.execute(db);
    expect(await purgeTenant(db, OURS)).toMatchObject({ state: 'done', rows: { lost_deliveries: 1 } });
    const { rows } = await sql`select installation_id from lost_deliveries order by installation_id`.execute(db);
    expect(rows).toEqual([{ installation_id: 8 }, { installation_id: null }]);
  });

  it('leaves a delivery that is to be applied', async () => {
    await storeFacts(db, OURS, 'acme', installed(7), uninstalled(7));
    const guid = '72d3162e-cc78-11e3-81ab-000000000003';
    await insertDelivery(db, { guid, tenantId: OURS, state: 'pending' });
    await purgeTenant(db, OURS);
    expect(await countRows(OURS)).toEqual({ deliveries: 1 });
  });

  it('goes on where it was interrupted, on the same receipt', async () => {
    await storeFacts(db, OURS, 'acme', installed(7), uninstalled(7), {
      commits: [commitFact(1, 'a'), commitFact(1, 'b')],
    });
    await sql`
      insert into purges (account_id, installation_ids, uninstalled_at, rows)
      values (${OURS}, '{7}', ${DELETED_AT}, '{"commits": 3, "issues": 4}')`.execute(db);
    const receipt = await purgeTenant(db, OURS);
    expect(receipt).toMatchObject({ state: 'done', rows: { commits: 5, issues: 4, tenants: 1 } });
    expect(await receipts()).toHaveLength(1);
  });

  it('does nothing to one that is installed', async () => {
    await storeFacts(db, OURS, 'acme', installed(7), uninstalled(7), installed(8), { issues: [issueFact(1, 1)] });
    const before = await countRows(OURS);
    expect(await purgeTenant(db, OURS)).toBeUndefined();
    expect(await countRows(OURS)).toEqual(before);
    expect(await receipts()).toEqual([]);
  });

  it('stops at a reinstall, whose data stays', async () => {
    await storeFacts(db, OURS, 'acme', installed(7), uninstalled(7), {
      issues: Array.from({ length: 400 }, (_, index) => issueFact(1, index + 1)),
    });
    const purge = purgeTenant(db, OURS, { batch: 1 });
    while ((await receipts()).length === 0);
    await withTenant(db, OURS, (trx) =>
      applyFacts(trx, OURS, [
        installed(8),
        { tenants: [{ observed: { at: DELETED_AT, login: 'acme', type: 'Organization' } }], issues: [issueFact(2, 1)] },
      ]),
    );
    expect(await purge).toMatchObject({ state: 'revived' });
    const counts = await countRows(OURS);
    expect(counts).toMatchObject({ tenants: 1, installations: 2 });
    expect(counts['issues']).toBeGreaterThanOrEqual(1);
    const revived = await query(
      superuserUrl,
      `select number from issues where tenant_id = ${OURS} and repository_id = 2`,
    );
    expect(revived).toEqual([{ number: 1 }]);
  });
});

const before = (time: string) => purgeUninstalled(db, { before: new Date(time), log });

describe('the nightly purge', () => {
  it('takes the accounts whose grace period is over', async () => {
    await storeFacts(db, OURS, 'acme', installed(7), uninstalled(7));
    await storeFacts(db, THEIRS, 'other', installed(9));
    expect(await before('2026-02-28T23:59:59Z')).toBe(0);
    expect(await before('2026-03-01T00:00:01Z')).toBe(1);
    expect(await countRows(OURS)).toEqual({});
    expect(await countRows(THEIRS)).toEqual({ tenants: 1, installations: 1 });
  });

  it('leaves an account that never had an installation, and takes what strays into a purged one', async () => {
    await storeFacts(db, THEIRS, 'replayed');
    await storeFacts(db, OURS, 'acme', installed(7), uninstalled(7));
    expect(await before('2026-04-01T00:00:00Z')).toBe(1);
    await storeFacts(db, OURS, 'acme', { issues: [issueFact(1, 1)] });
    expect(await before('2026-04-01T00:00:00Z')).toBe(1);
    expect(await countRows(OURS)).toEqual({});
    expect(await countRows(THEIRS)).toEqual({ tenants: 1 });
  });
});
