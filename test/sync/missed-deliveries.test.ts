import { sql } from 'kysely';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { GitHubUnavailableError, RateLimitedError, UnexpectedResponseError } from '../../src/errors.ts';
import { createLogger } from '../../src/logging.ts';
import { APPLY_DELIVERIES, startQueue } from '../../src/queue.ts';
import { recoverMissedDeliveries } from '../../src/sync/missed-deliveries.ts';
import { createStoreMissed } from '../../src/worker/missed-deliveries.ts';
import { applyDueDeliveries } from '../../src/worker/apply-deliveries.ts';
import { createTestDatabase } from '../support/database.ts';
import { insertDelivery } from '../support/deliveries.ts';
import { HookDeliveriesApp } from '../support/hook-deliveries.ts';
import { commitPayload, pushPayload, sha } from '../support/payloads.ts';

const { db, url } = await createTestDatabase();
const log = createLogger({ level: 'silent', format: 'json' });
const queue = await startQueue({ url, log });
afterAll(() => queue.stop({ graceful: false }));

const HOUR_MS = 3_600_000;
const ago = (hours: number) => new Date(Date.now() - hours * HOUR_MS).toISOString();
const store = createStoreMissed(db, queue);
let app = new HookDeliveriesApp();
let gaps = 0;

beforeEach(async () => {
  await sql`delete from deliveries`.execute(db);
  await sql`delete from hook_delivery_scans`.execute(db);
  await sql`delete from lost_deliveries`.execute(db);
  await sql`delete from purges`.execute(db);
  app = new HookDeliveriesApp();
  gaps = 0;
});

async function onGap(): Promise<void> {
  gaps += 1;
}

function recover(signal?: AbortSignal) {
  return recoverMissedDeliveries(db, { app, store, retentionDays: 3, onGap, log, ...(signal && { signal }) });
}

const stored = async () =>
  (await sql<{ guid: string }>`select guid from deliveries order by delivery_id`.execute(db)).rows.map(
    ({ guid }) => guid,
  );
const scans = async () => (await sql`select * from hook_delivery_scans order by scan_id`.execute(db)).rows;
const finishScan = (startedAt: string) =>
  sql`insert into hook_delivery_scans (started_at, covers_from, finished_at)
    values (${startedAt}, ${startedAt}, ${startedAt})`.execute(db);

describe('a missed delivery', () => {
  it('comes in as if it had reached the endpoint, at the time at which it was sent', async () => {
    const payload = pushPayload({ commits: [commitPayload({ id: sha('missed') })] });
    const guid = app.add({ payload, at: ago(2) });
    const jobs = (await queue.findJobs(APPLY_DELIVERIES)).length;
    expect(await recover()).toEqual({ listed: 1, recovered: 1, lost: 0, finished: true });
    expect(await queue.findJobs(APPLY_DELIVERIES)).toHaveLength(jobs + 1);
    await db.transaction().execute((trx) => applyDueDeliveries(trx, { appId: null, log }));
    const row = await db.selectFrom('deliveries').selectAll().where('guid', '=', guid).executeTakeFirstOrThrow();
    expect(row).toMatchObject({ event: 'push', state: 'applied', error: null });
    expect(row.received_at.toISOString()).toBe(app.attempts[0]?.delivered_at);
  });

  it('is left alone when it is stored', async () => {
    const guid = app.add();
    await insertDelivery(db, { guid, state: 'dead' });
    expect(await recover()).toMatchObject({ listed: 1, recovered: 0 });
    expect(app.asked).toEqual(['GET /app/hook/deliveries']);
  });

  it('is fetched once, however often GitHub tried, and whether or not it says that it succeeded', async () => {
    const guid = app.add({ at: ago(2) });
    const restored = app.add({ statusCode: 202, at: ago(2) });
    app.add({ guid, at: ago(1) });
    expect(await recover()).toMatchObject({ listed: 2, recovered: 2 });
    expect(await stored()).toEqual([guid, restored]);
    expect(app.asked).toHaveLength(3);
  });

  it('comes from an older attempt when the payload of the newest is gone', async () => {
    const guid = app.add({ at: ago(2) });
    app.add({ guid, at: ago(1) });
    app.forgotten.add(1_001);
    expect(await recover()).toMatchObject({ recovered: 1, lost: 0 });
    expect(await stored()).toEqual([guid]);
  });

  it('that GitHub can not give any more is recorded as lost, and not asked for again', async () => {
    const guid = app.add();
    app.forgotten.add(1_000);
    expect(await recover()).toMatchObject({ recovered: 0, lost: 1 });
    expect(await recover()).toMatchObject({ recovered: 0, lost: 0 });
    const { rows } = await sql`select guid, event, installation_id, reason from lost_deliveries`.execute(db);
    expect(rows).toEqual([{ guid, event: 'push', installation_id: 77, reason: expect.stringContaining('payload') }]);
  });

  it('whose payload is not of its shape is lost, and does not keep the others from coming in', async () => {
    const guid = app.add({ at: ago(2) });
    app.add({ at: ago(1) });
    app.failures.set(2, new UnexpectedResponseError('request: invalid_type'));
    expect(await recover()).toMatchObject({ recovered: 1, lost: 1, finished: true });
    expect(await stored()).toEqual([guid]);
    const { rows } = await sql`select reason from lost_deliveries`.execute(db);
    expect(rows).toEqual([{ reason: 'request: invalid_type' }]);
  });

  it('that GitHub can not give is asked for once more, and again by the next scan', async () => {
    const guid = app.add({ at: ago(2) });
    const other = app.add({ at: ago(3) });
    for (const nth of [2, 3]) app.failures.set(nth, new GitHubUnavailableError('502'));
    expect(await recover()).toMatchObject({ recovered: 1, lost: 0, finished: true });
    app.failures.clear();
    expect(await recover()).toMatchObject({ recovered: 1, lost: 0, finished: true });
    expect(new Set(await stored())).toEqual(new Set([guid, other]));
    expect(await recover()).toMatchObject({ listed: 0 });
  });

  it('that GitHub could not give for hours is lost', async () => {
    app.add({ at: ago(7) });
    for (const nth of [2, 3]) app.failures.set(nth, new GitHubUnavailableError('502'));
    expect(await recover()).toMatchObject({ recovered: 0, lost: 1, finished: true });
  });

  it('waits with the scan when GitHub can give none', async () => {
    for (let one = 0; one < 12; one += 1) app.add({ at: ago(1) });
    for (let nth = 2; nth < 40; nth += 1) app.failures.set(nth, new GitHubUnavailableError('502'));
    await expect(recover()).rejects.toThrow('502');
    app.failures.clear();
    expect(await recover()).toMatchObject({ recovered: 12, finished: true });
  });

  it('that intake refuses is lost, and does not keep the others from coming in', async () => {
    app.add({ event: 'NOT AN EVENT' });
    const guid = app.add();
    expect(await recover()).toMatchObject({ recovered: 1, lost: 1 });
    expect(await stored()).toEqual([guid]);
  });

  it('of an account that was purged stays out', async () => {
    app.add({ installationId: 5 });
    await sql`
      insert into purges (account_id, installation_ids, uninstalled_at, state)
      values (1, '{4,5}', now(), 'done')`.execute(db);
    expect(await recover()).toMatchObject({ recovered: 0, lost: 0 });
    expect(await stored()).toEqual([]);
  });
});

describe('a scan', () => {
  it('lists all pages down to where the last one began, less an overlap', async () => {
    await finishScan(ago(2));
    const tooOld = app.add({ at: ago(2.6) });
    const overlapping = app.add({ at: ago(2.4) });
    const others = [1.9, 1.5, 1, 0.5].map((hours) => app.add({ at: ago(hours) }));
    app.pageSize = 2;
    expect(await recover()).toMatchObject({ listed: 5, recovered: 5, finished: true });
    expect(new Set(await stored())).toEqual(new Set([overlapping, ...others]));
    expect(await stored()).not.toContain(tooOld);
  });

  it('goes on after a failure with the page at which it was', async () => {
    for (let hour = 6; hour > 0; hour -= 1) app.add({ at: ago(hour) });
    app.pageSize = 2;
    // A page and its two payloads, then the next page and one of its two.
    app.failures.set(6, new RateLimitedError('slow down', { retryAt: new Date() }));
    await expect(recover()).rejects.toThrow('slow down');
    expect(await stored()).toHaveLength(3);
    app.asked.length = 0;
    app.failures.clear();
    expect(await recover()).toMatchObject({ recovered: 3, finished: true });
    expect(app.asked.filter((route) => route === 'GET /app/hook/deliveries')).toHaveLength(2);
    expect(await scans()).toMatchObject([{ pages: 3, listed: 6, recovered: 5, finished_at: expect.any(Date) }]);
  });

  it('begins again at the newest when its place is hours old', async () => {
    for (let hour = 4; hour > 0; hour -= 1) app.add({ at: ago(hour) });
    await sql`
      insert into hook_delivery_scans (covers_from, started_at, updated_at, next_page)
      values (${ago(9)}, ${ago(3)}, ${ago(3)}, '{"cursor": "v1_1001"}')`.execute(db);
    expect(await recover()).toMatchObject({ listed: 4, recovered: 4, finished: true });
  });

  it('stops in order, and the next one goes on', async () => {
    app.add();
    expect(await recover(AbortSignal.abort())).toMatchObject({ finished: false });
    expect(await recover()).toMatchObject({ recovered: 1, finished: true });
    expect(await scans()).toHaveLength(1);
  });
});

describe('a downtime', () => {
  it('of less than GitHub keeps deliveries is no gap', async () => {
    await finishScan(ago(71));
    await recover();
    expect(gaps).toBe(0);
  });

  it('of longer is a gap since the last scan, and the scan covers the rest', async () => {
    await finishScan(ago(100));
    const guid = app.add({ at: ago(70) });
    await recover();
    expect(gaps).toBe(1);
    expect(await stored()).toEqual([guid]);
    await recover();
    expect(gaps).toBe(1);
  });

  it('before the first scan is counted from the last webhook', async () => {
    await insertDelivery(db, { guid: '72d3162e-cc78-11e3-81ab-000000000001' });
    await sql`update deliveries set received_at = ${ago(24 * 10)}`.execute(db);
    await recover();
    expect(gaps).toBe(1);
  });

  it('is none for a Shiplog that has just started', async () => {
    await recover();
    expect(gaps).toBe(0);
  });
});
