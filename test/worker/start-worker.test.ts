import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import { connectPool } from '../../db/connection.ts';
import { createLogger } from '../../src/logging.ts';
import { sendApplyDeliveries, startQueue } from '../../src/queue.ts';
import { startWorker } from '../../src/worker/start-worker.ts';
import { createTestDatabase } from '../support/database.ts';
import { readDelivery, storeDelivery } from '../support/stored-deliveries.ts';
import { ACME, commitPayload, pushPayload, sha } from '../support/payloads.ts';
import { readRows } from '../support/rows.ts';
import { issuePayload } from '../support/work-payloads.ts';

const { db, url, superuserUrl } = await createTestDatabase();
const log = createLogger({ level: 'silent', format: 'json' });
const queue = await startQueue({ url, log });
afterAll(() => queue.stop());

async function untilNonePending(): Promise<void> {
  for (;;) {
    const { rows } = await sql`select 1 from deliveries where state = 'pending' limit 1`.execute(db);
    if (rows.length === 0) return;
    await sleep(20);
  }
}

function storePush(text: string): Promise<string> {
  return storeDelivery(db, { event: 'push', payload: pushPayload({ commits: [commitPayload({ id: sha(text) })] }) });
}

describe('the worker', () => {
  it('applies what a worker before it left behind, without a job that says so', async () => {
    const guid = await storePush('left behind');
    const worker = await startWorker({ db, queue, log, appId: null });
    await untilNonePending();
    await worker.stop();
    expect(await readDelivery(db, guid)).toMatchObject({ state: 'applied' });
  });

  it('applies what no job announces, as after the death of the worker that had it', async () => {
    const worker = await startWorker({ db, queue, log, appId: null });
    const guid = await storePush('announced by a lost job');
    await untilNonePending();
    await worker.stop();
    expect(await readDelivery(db, guid)).toMatchObject({ state: 'applied' });
  });

  it('applies what the job of its commit announces', async () => {
    const worker = await startWorker({ db, queue, log, appId: null });
    const guid = await storePush('announced');
    await db.transaction().execute((trx) => sendApplyDeliveries(queue, trx));
    await untilNonePending();
    await worker.stop();
    expect(await readDelivery(db, guid)).toMatchObject({ state: 'applied' });
  });

  it('tries a failed delivery again by itself', async () => {
    const owner = connectPool({ url, max: 1 });
    await owner.query(`alter table issues add constraint no_poison check (title <> 'poison')`);
    const guid = await storeDelivery(db, { event: 'issues', payload: issuePayload({ issue: { title: 'poison' } }) });
    const worker = await startWorker({ db, queue, log, appId: null });
    while ((await readDelivery(db, guid))?.attempts === 0) await sleep(20);
    await owner.query('alter table issues drop constraint no_poison');
    await owner.end();
    await untilNonePending();
    await worker.stop();
    expect(await readDelivery(db, guid)).toMatchObject({ state: 'applied', error: null });
  });

  it('loses nothing and doubles nothing when its connections are cut again and again', async () => {
    const names = Array.from({ length: 1_500 }, (_, index) => `cut ${index}`);
    for (const name of names) await storePush(name);
    const worker = await startWorker({ db, queue, log, appId: null });
    const superuser = connectPool({ url: superuserUrl, max: 1 });
    for (let cut = 0; cut < 5; cut++) {
      await sleep(60);
      await superuser.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'shiplog-queue' and datname = current_database()`,
      );
      await db.transaction().execute((trx) => sendApplyDeliveries(queue, trx));
    }
    await superuser.end();
    await untilNonePending();
    await worker.stop();
    const stored = (await readRows(db, ACME.id))['commits']?.map((row) => (row as { sha: string }).sha);
    expect(names.filter((name) => !stored?.includes(sha(name)))).toEqual([]);
    const { rows } = await sql<{ state: string }>`select distinct state from deliveries`.execute(db);
    expect(rows).toEqual([{ state: 'applied' }]);
  });
});
