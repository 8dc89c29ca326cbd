import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../db/connection.ts';
import { enterTenant, leaveTenant, nameTenant, type Trx, withTenant } from '../../db/tenant.ts';
import { createTestDatabase } from '../support/database.ts';
import { query } from '../support/embedded-process.ts';
import { listTables, makeRow, NOT_TENANTS } from '../support/tenant-tables.ts';

const OURS = 101;
const THEIRS = 202;

const { db, url, superuserUrl } = await createTestDatabase();
const tables = (await listTables(url)).filter((table) => !NOT_TENANTS.has(table));
/** The role of a tenant may neither change nor remove rows here, not even its own; of the chains, only where they end. */
const APPEND_ONLY = new Set(['audit_chains', 'audit_log']);

beforeAll(async () => {
  for (const table of tables) {
    for (const tenantId of [OURS, THEIRS]) {
      const row = await makeRow(url, table, tenantId);
      // Foreign keys would only ask for an order of the tables.
      await query(superuserUrl, `set session_replication_role = replica; ${insertion(table, row)}`);
    }
  }
});

function insertion(table: string, row: Record<string, unknown>): string {
  const columns = Object.keys(row).join(', ');
  const json = JSON.stringify(row).replaceAll("'", "''");
  return `insert into ${table} (${columns}) select ${columns} from jsonb_populate_record(null::${table}, '${json}')`;
}

async function run(trx: Trx, statement: string): Promise<unknown[]> {
  return (await sql.raw(statement).execute(trx)).rows;
}

const asUs = (statement: string) => withTenant(db, OURS, (trx) => run(trx, statement));

describe.each(tables)('%s of another tenant', (table) => {
  it('is invisible, also to a query that forgets the tenant', async () => {
    expect(await asUs(`select tenant_id from ${table}`)).toEqual([{ tenant_id: OURS }]);
    expect(await asUs(`select tenant_id from ${table} where tenant_id = ${THEIRS}`)).toEqual([]);
  });

  it('takes no row of ours', async () => {
    const row = await makeRow(url, table, THEIRS);
    await expect(asUs(insertion(table, row))).rejects.toThrow('violates row-level security policy');
  });

  it('is invisible to a transaction without a tenant', async () => {
    const rows = await db.transaction().execute(async (trx) => {
      await run(trx, 'set local role shiplog_app');
      return run(trx, `select tenant_id from ${table}`);
    });
    expect(rows).toEqual([]);
  });
});

describe.each(tables.filter((table) => !APPEND_ONLY.has(table)))('%s of another tenant', (table) => {
  it('can not be changed or removed', async () => {
    const update = `update ${table} set tenant_id = tenant_id where tenant_id = ${THEIRS} returning tenant_id`;
    expect(await asUs(update)).toEqual([]);
    expect(await asUs(`delete from ${table} where tenant_id = ${THEIRS} returning tenant_id`)).toEqual([]);
    expect(await query(superuserUrl, `select 1 from ${table} where tenant_id = ${THEIRS}`)).toHaveLength(1);
  });

  it('takes no row of ours by a change', async () => {
    await expect(asUs(`update ${table} set tenant_id = ${THEIRS}`)).rejects.toThrow(
      'violates row-level security policy',
    );
  });
});

it.each([...APPEND_ONLY])('%s can not be changed or removed, not even what is ours', async (table) => {
  await expect(asUs(`update ${table} set tenant_id = tenant_id`)).rejects.toThrow('permission denied');
  await expect(asUs(`delete from ${table}`)).rejects.toThrow('permission denied');
});

/** The instance reads where one person whom it names is a member. */
const OF_A_PERSON = 'members';
const closed = tables.filter((table) => !['tenants', OF_A_PERSON].includes(table) && !APPEND_ONLY.has(table));

it('members are invisible to the instance, but those of the one person whom it names', async () => {
  expect(await run(db, 'select tenant_id from members')).toEqual([]);
  await expect(run(db, 'select joined_at from members')).rejects.toThrow('permission denied');
  await expect(run(db, "update members set role = 'owner'")).rejects.toThrow('permission denied');
  await db.transaction().execute(async (trx) => {
    await run(trx, "set local app.user_id = '2'");
    expect(await run(trx, 'select tenant_id from members')).toEqual([]);
    await run(trx, "set local app.user_id = '1'");
    expect(await run(trx, 'select tenant_id from members order by 1')).toEqual([
      { tenant_id: OURS },
      { tenant_id: THEIRS },
    ]);
  });
});

it.each(closed)('%s is closed to the instance', async (table) => {
  await expect(run(db, `select tenant_id from ${table}`)).rejects.toThrow('permission denied');
});

it.each([...APPEND_ONLY])('%s is invisible to the instance, but where it names a tenant to purge', async (table) => {
  expect(await run(db, `select tenant_id from ${table}`)).toEqual([]);
  expect(await run(db, `delete from ${table} returning tenant_id`)).toEqual([]);
  await db.transaction().execute(async (trx) => {
    await nameTenant(trx, OURS);
    expect(await run(trx, `select tenant_id from ${table}`)).toEqual([{ tenant_id: OURS }]);
  });
});

describe('the tenant of a connection', () => {
  const single = connect({ url, max: 1 });
  afterAll(() => single.destroy());

  const look = `select current_user::text as role, coalesce(current_setting('app.tenant_id', true), '') as tenant`;
  const nobody = [{ role: 'shiplog_instance', tenant: '' }];

  it('ends with its transaction', async () => {
    await withTenant(single, OURS, async (trx) => {
      expect(await run(trx, look)).toEqual([{ role: 'shiplog_app', tenant: String(OURS) }]);
    });
    expect(await run(single, look)).toEqual(nobody);
  });

  it('ends with its transaction when that fails', async () => {
    await expect(withTenant(single, OURS, (trx) => run(trx, 'select 1 / 0'))).rejects.toThrow('division by zero');
    expect(await run(single, look)).toEqual(nobody);
  });

  it('can be left and changed within a transaction', async () => {
    await single.transaction().execute(async (trx) => {
      await enterTenant(trx, OURS);
      expect(await run(trx, 'select tenant_id from repositories')).toEqual([{ tenant_id: OURS }]);
      await leaveTenant(trx);
      expect(await run(trx, look)).toEqual(nobody);
      await enterTenant(trx, THEIRS);
      expect(await run(trx, 'select tenant_id from repositories')).toEqual([{ tenant_id: THEIRS }]);
    });
  });

  it('is not another one at the same time', async () => {
    const asked = Array.from({ length: 40 }, (_, index) => (index % 2 ? OURS : THEIRS));
    const seen = await Promise.all(
      asked.map((tenantId) => withTenant(db, tenantId, (trx) => run(trx, 'select tenant_id from contributors'))),
    );
    expect(seen).toEqual(asked.map((tenant_id) => [{ tenant_id }]));
  });

  it.each([1.5, Number.NaN, 2 ** 53])('is never %s', async (tenantId) => {
    await expect(withTenant(single, tenantId, async () => {})).rejects.toThrow(TypeError);
  });
});
