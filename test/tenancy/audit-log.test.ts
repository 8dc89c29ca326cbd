import { Kysely, PostgresDialect, sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { down, up } from '../../db/migrations/0019-audit-chain.ts';
import { nameTenant, withTenant } from '../../db/tenant.ts';
import { connectPool } from '../../db/connection.ts';
import { recordAudit } from '../../src/tenancy/audit-log.ts';
import { pruneAuditLog } from '../../src/tenancy/prune-audit-log.ts';
import { verifyAuditLog } from '../../src/tenancy/verify-audit-log.ts';
import { createTestDatabase } from '../support/database.ts';
import { query } from '../support/embedded-process.ts';

const { db, url, superuserUrl } = await createTestDatabase();
const OURS = 1;
const THEIRS = 2;

const actor = { name: 'ann', address: '203.0.113.7', userAgent: 'curl' };
const record = (number: number, tenantId = OURS) =>
  withTenant(db, tenantId, (trx) =>
    recordAudit(trx, {
      tenantId,
      actor,
      action: 'test.change',
      target: `thing ${number}`,
      before: { b: 1, a: 'ü', nested: [number, null] },
      after: null,
    }),
  );
const verify = (tenantId = OURS) => withTenant(db, tenantId, (trx) => verifyAuditLog(trx, tenantId));
/** As somebody with every right in the database. */
const tamper = (statement: string) => query(superuserUrl, statement);
/** As the instance, which names the tenant. */
const change = (assignment: string) =>
  db.transaction().execute(async (trx) => {
    await nameTenant(trx, OURS);
    await sql.raw(`update audit_log set ${assignment}`).execute(trx);
  });

beforeEach(async () => {
  await tamper('delete from audit_log; delete from audit_chains');
});

describe('the audit log', () => {
  it('numbers the entries of each tenant from 1 on, each with the hash of the one before', async () => {
    await record(1);
    await record(1, THEIRS);
    await record(2);
    const numbered = await tamper(`
      select tenant_id::int, entry_id::int, previous_hash = lag(hash, 1, '') over (partition by tenant_id order by entry_id) as linked
      from audit_log order by 1, 2`);
    expect(numbered).toEqual([
      { tenant_id: OURS, entry_id: 1, linked: true },
      { tenant_id: OURS, entry_id: 2, linked: true },
      { tenant_id: THEIRS, entry_id: 1, linked: true },
    ]);
    expect(await verify()).toEqual({ entries: 2, prunedTo: 0, broken: undefined });
    expect(await verify(THEIRS)).toEqual({ entries: 1, prunedTo: 0, broken: undefined });
    expect(await verify(3)).toEqual({ entries: 0, prunedTo: 0, broken: undefined });
  });

  it('takes fifty entries at once, and none of a change that fails', async () => {
    const failing = withTenant(db, OURS, async (trx) => {
      await recordAudit(trx, { tenantId: OURS, actor, action: 'a', target: 't', before: null, after: null });
      throw new Error('after all not');
    });
    const done = await Promise.allSettled([failing, ...Array.from({ length: 50 }, (_, index) => record(index))]);
    expect(done.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(await verify()).toEqual({ entries: 50, prunedTo: 0, broken: undefined });
    const [times] = await tamper(
      'select array_agg(at order by entry_id) = array_agg(at order by at) as ordered from audit_log',
    );
    expect(times).toEqual({ ordered: true });
  });

  it('is the last entry of the tenant alone that the application can add to', async () => {
    await record(1);
    for (const statement of [
      "update audit_log set target = 'x'",
      'delete from audit_log',
      'truncate audit_log',
      'delete from audit_chains',
      'update audit_chains set pruned_to = 1',
    ]) {
      const attempt = withTenant(db, OURS, (trx) => sql.raw(statement).execute(trx));
      await expect(attempt).rejects.toThrow('permission denied');
    }
    const again = withTenant(db, OURS, (trx) => sql`insert into audit_log select * from audit_log`.execute(trx));
    await expect(again).rejects.toThrow('audit_log_pkey');
  });

  it('is changed by the instance only where it then shows', async () => {
    await record(1);
    await expect(change("target = 'x'")).rejects.toThrow('violates row-level security policy');
    await expect(change('at = now(), salt = null')).rejects.toThrow('permission denied');
    await change("target = 'x', salt = null");
    expect(await verify()).toMatchObject({ broken: { entryId: 1, flaw: 'redaction' } });
  });
});

describe('a broken link', () => {
  const rehash = `content_hash = audit_content_hash(salt, tenant_id, entry_id, at, actor, action, 'forged', before, after,
    address, user_agent), target = 'forged'`;
  const chained = 'hash = sha256(previous_hash || content_hash)';

  it.each([
    ['content', 3, "update audit_log set actor = 'bob' where entry_id = 3"],
    ['content', 3, "update audit_log set before = '{}' where entry_id = 3"],
    ['content', 3, "update audit_log set at = at + interval '1 microsecond' where entry_id = 3"],
    ['hash', 3, `update audit_log set ${rehash} where entry_id = 3`],
    [
      'link',
      4,
      `update audit_log set ${rehash} where entry_id = 3; update audit_log set ${chained} where entry_id = 3`,
    ],
    ['missing', 4, 'delete from audit_log where entry_id = 3'],
    ['missing', 3, 'delete from audit_log where entry_id < 3'],
    ['redaction', 3, 'update audit_log set salt = null where entry_id = 3'],
    ['end', 3, 'delete from audit_log where entry_id > 3'],
    ['end', 0, 'delete from audit_log'],
    ['end', 5, `update audit_log set ${rehash} where entry_id = 5; update audit_log set ${chained} where entry_id = 5`],
  ])('is found: %s of entry %i', async (flaw, entryId, statement) => {
    for (const number of [1, 2, 3, 4, 5]) await record(number);
    await tamper(statement);
    expect(await verify()).toMatchObject({ broken: { entryId, flaw } });
  });

  it('is found when two entries have changed places', async () => {
    for (const number of [1, 2, 3]) await record(number);
    await tamper(`update audit_log set entry_id = 9 where entry_id = 1; update audit_log set entry_id = 1 where entry_id = 2;
      update audit_log set entry_id = 2 where entry_id = 9`);
    expect(await verify()).toMatchObject({ broken: { entryId: 1, flaw: 'link' } });
  });
});

const setRetention = (settings: object) =>
  withTenant(db, OURS, (trx) =>
    sql`insert into tenant_settings (tenant_id, settings, version) values (${OURS}, ${JSON.stringify(settings)}, 1)`.execute(
      trx,
    ),
  );

describe('the retention', () => {
  it('removes what is older, says so, and leaves a chain that is whole', async () => {
    for (const number of [1, 2, 3]) await record(number);
    const later = new Date(Date.now() + 91 * 86_400_000);
    expect(await pruneAuditLog(db, OURS, later)).toBe(0);
    await setRetention({ audit_retention_days: 90 });
    expect(await pruneAuditLog(db, OURS)).toBe(0);
    expect(await pruneAuditLog(db, OURS, later)).toBe(3);
    expect(await verify()).toEqual({ entries: 1, prunedTo: 3, broken: undefined });
    await record(4);
    expect(await verify()).toEqual({ entries: 2, prunedTo: 3, broken: undefined });
    const [entry] = await tamper(
      "select actor, after - 'hash' as after from audit_log where action = 'audit_log.prune'",
    );
    expect(entry).toEqual({ actor: 'retention', after: { entries: 3, up_to: 3 } });
    await tamper('delete from audit_log where entry_id = 4');
    expect(await verify()).toMatchObject({ broken: { entryId: 5, flaw: 'missing' } });
  });
});

describe('the migration', () => {
  it('chains what is there already', async () => {
    const owner = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: connectPool({ url, max: 1 }) }) });
    try {
      await down(owner);
      await tamper(`insert into audit_log (tenant_id, actor, action, target, after)
        select tenant_id, 'ann', 'test.change', 'thing', '{"a": 1}' from unnest(array[1, 2, 1, 1]) tenant_id`);
      await up(owner);
      await record(1);
      expect(await verify()).toEqual({ entries: 4, prunedTo: 0, broken: undefined });
      expect(await verify(THEIRS)).toEqual({ entries: 1, prunedTo: 0, broken: undefined });
      await down(owner);
      await tamper(
        `insert into audit_log (tenant_id, actor, action, target) values (1, 'ann', 'test.change', 'thing')`,
      );
      await up(owner);
      expect(await verify()).toEqual({ entries: 5, prunedTo: 0, broken: undefined });
    } finally {
      await owner.destroy();
    }
  });
});
