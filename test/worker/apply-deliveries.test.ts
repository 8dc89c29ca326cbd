import { zstdCompressSync } from 'node:zlib';
import { sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import { connectPool } from '../../db/connection.ts';
import { createLogger } from '../../src/logging.ts';
import { applyDueDeliveries } from '../../src/worker/apply-deliveries.ts';
import { createTestDatabase } from '../support/database.ts';
import { readDelivery, storeDelivery } from '../support/stored-deliveries.ts';
import { ACME, commitPayload, installationPayload, pushPayload, sha } from '../support/payloads.ts';
import { readRows, removeRows } from '../support/rows.ts';
import { issuePayload } from '../support/work-payloads.ts';

const { db, url } = await createTestDatabase();
const owner = connectPool({ url, max: 1 });
const log = createLogger({ level: 'silent', format: 'json' });

/** Text that does not compress. */
function noise(): string {
  return Array.from({ length: 2_000 }, () => Math.random().toString(36)).join(' ');
}

function applyOnce() {
  return db.transaction().execute((trx) => applyDueDeliveries(trx, { appId: null, log }));
}

function makeAllDue() {
  return sql`update deliveries set due_at = now() where state = 'pending'`.execute(db);
}

afterEach(async () => {
  await owner.query('alter table issues drop constraint if exists no_poison');
  await sql`delete from deliveries`.execute(db);
  await removeRows(db, ACME.id);
});

describe('applyDueDeliveries', () => {
  it('stores what deliveries of several events say and marks them applied', async () => {
    const first = await storeDelivery(db, { event: 'installation', payload: installationPayload() });
    const second = await storeDelivery(db, {
      event: 'push',
      payload: pushPayload({ commits: [commitPayload({ id: sha('a'), message: 'Fix the engine\n\nIt stalled.' })] }),
    });
    await applyOnce();
    expect(await readDelivery(db, first)).toMatchObject({
      state: 'applied',
      attempts: 1,
      error: null,
      tenant_id: ACME.id,
    });
    expect(await readDelivery(db, second)).toMatchObject({ state: 'applied' });
    const rows = await readRows(db, ACME.id);
    expect(rows['tenants']).toMatchObject([{ login: 'acme', type: 'Organization', plan: 'enterprise' }]);
    expect(rows['commits']).toMatchObject([{ sha: sha('a'), message_headline: 'Fix the engine' }]);
    expect(rows['branches']).toMatchObject([{ name: 'main', head_sha: sha('a') }]);
  });

  it('leaves an event that it does not know alone, and says so', async () => {
    const guid = await storeDelivery(db, { event: 'sponsorship', payload: { action: 'created' } });
    await applyOnce();
    expect(await readDelivery(db, guid)).toMatchObject({
      state: 'ignored',
      error: expect.stringContaining('sponsorship'),
    });
  });

  it('declares a payload dead that is not of its event, without touching the others', async () => {
    const good = await storeDelivery(db, { event: 'push', payload: pushPayload() });
    const bad = await storeDelivery(db, { event: 'push', payload: { ...pushPayload(), commits: 'none' } });
    const broken = await storeDelivery(db, { event: 'issues', payload: issuePayload({ issue: { number: -1 } }) });
    await applyOnce();
    expect(await readDelivery(db, good)).toMatchObject({ state: 'applied' });
    expect(await readDelivery(db, bad)).toMatchObject({ state: 'dead', error: expect.stringContaining('commits') });
    expect(await readDelivery(db, broken)).toMatchObject({ state: 'dead' });
  });

  it('declares a body dead that is no JSON, also where the error quotes a NUL', async () => {
    const good = await storeDelivery(db, { event: 'push', payload: pushPayload() });
    const guid = await storeDelivery(db, { event: 'push', payload: {} });
    await sql`update deliveries set body = ${zstdCompressSync('\0\0')} where guid = ${guid}`.execute(db);
    await applyOnce();
    expect(await readDelivery(db, good)).toMatchObject({ state: 'applied' });
    expect(await readDelivery(db, guid)).toMatchObject({ state: 'dead', error: expect.stringContaining('JSON') });
  });

  it('tries a delivery whose facts the database refuses five times, later each time, and the others once', async () => {
    await owner.query(`alter table issues add constraint no_poison check (title <> 'poison')`);
    const issue = (number: number, title: string) =>
      storeDelivery(db, { event: 'issues', payload: issuePayload({ issue: { number, title } }) });
    const guids = [await issue(1, 'a'), await issue(2, 'b'), await issue(3, 'poison'), await issue(4, 'c')];
    const poison = guids[2] ?? '';
    await applyOnce();
    const rows = await readRows(db, ACME.id);
    expect(rows['issues']).toMatchObject([{ title: 'a' }, { title: 'b' }, { title: 'c' }]);
    const delays: number[] = [];
    for (let attempt = 1; attempt < 5; attempt++) {
      const row = await readDelivery(db, poison);
      expect(row).toMatchObject({ state: 'pending', attempts: attempt, error: expect.stringContaining('no_poison') });
      delays.push((row?.due_at.getTime() ?? 0) - Date.now());
      expect((await applyOnce()).outcomes).toEqual([]);
      await makeAllDue();
      await applyOnce();
    }
    expect(delays.every((delay, index) => delay > (delays[index - 1] ?? 0))).toBe(true);
    expect(await readDelivery(db, poison)).toMatchObject({ state: 'dead', attempts: 5 });
    expect((await applyOnce()).outcomes).toEqual([]);
  });

  it('applies a delivery that failed once what was in its way is gone', async () => {
    await owner.query(`alter table issues add constraint no_poison check (title <> 'poison')`);
    const guid = await storeDelivery(db, { event: 'issues', payload: issuePayload({ issue: { title: 'poison' } }) });
    await applyOnce();
    await owner.query('alter table issues drop constraint no_poison');
    await makeAllDue();
    await applyOnce();
    expect(await readDelivery(db, guid)).toMatchObject({ state: 'applied', attempts: 2, error: null });
  });

  it('changes nothing when the same event comes under another GUID', async () => {
    const payload = pushPayload();
    await storeDelivery(db, { event: 'push', payload });
    await applyOnce();
    const before = await readRows(db, ACME.id);
    await storeDelivery(db, { event: 'push', payload });
    await applyOnce();
    expect(await readRows(db, ACME.id)).toEqual(before);
  });

  it('takes what fits into memory, and says that there is more', async () => {
    const long = 'x'.repeat(100_000);
    for (let number = 1; number <= 600; number++) {
      const body = number <= 3 ? noise() + long : 'short';
      await storeDelivery(db, { event: 'issues', payload: issuePayload({ issue: { number, body } }) });
    }
    const first = await applyOnce();
    expect(first.more).toBe(true);
    expect(first.outcomes).toHaveLength(500);
    const second = await applyOnce();
    expect(second).toMatchObject({ more: false });
    expect(second.outcomes).toHaveLength(100);
    expect((await readRows(db, ACME.id))['issues']).toHaveLength(600);
  });

  it('does not wait for deliveries that another worker holds', async () => {
    await storeDelivery(db, { event: 'push', payload: pushPayload() });
    await db.transaction().execute(async (trx) => {
      await sql`select 1 from deliveries for update`.execute(trx);
      expect((await applyOnce()).outcomes).toEqual([]);
    });
    expect((await applyOnce()).outcomes).toHaveLength(1);
  });
});
