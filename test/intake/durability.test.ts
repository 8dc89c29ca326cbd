import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { beforeAll, expect, it } from 'vitest';
import type { Database } from '../../db/connection.ts';
import { createTestDatabase } from '../support/database.ts';
import {
  type Answer,
  type DatabaseProxy,
  sendWebhook,
  startDatabaseProxy,
  startTestServer,
  type TestServer,
} from '../support/server.ts';

let proxy: DatabaseProxy;
let server: TestServer;
let direct: Database;
let superuserUrl: string;

beforeAll(async () => {
  const database = await createTestDatabase();
  direct = database.db;
  superuserUrl = database.superuserUrl;
  proxy = await startDatabaseProxy(database.url);
  server = await startTestServer({ DATABASE_URL: proxy.url });
});

async function storedOf(guids: readonly string[]): Promise<string[]> {
  const rows = await direct.selectFrom('deliveries').select('guid').where('guid', 'in', guids).execute();
  return rows.map(({ guid }) => guid);
}

async function terminateIntake(): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  await client.query(`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'shiplog-intake'`);
  await client.end();
}

async function untilAccepted(guid: string): Promise<Answer> {
  for (;;) {
    const answer = await sendWebhook(server.baseUrl, { guid });
    if (answer.status !== 503) return answer;
    await sleep(50);
  }
}

it('answers 503 while the database is away and takes the redelivery once it is back', async () => {
  await proxy.cut();
  const guid = randomUUID();
  const answer = await sendWebhook(server.baseUrl, { guid });
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
  expect(await storedOf([guid])).toEqual([]);
  await proxy.restore();
  expect((await untilAccepted(guid)).json).toEqual({ delivery: guid, status: 'accepted' });
  expect(await storedOf([guid])).toEqual([guid]);
});

it.each([1, 2, 3])('has a row for every 202 of a burst during which the database breaks (%i)', async () => {
  const accepted: string[] = [];
  let refused = 0;
  const senders = Array.from({ length: 20 }, async () => {
    for (let sent = 0; sent < 30; sent += 1) {
      const guid = randomUUID();
      const { status } = await sendWebhook(server.baseUrl, { guid, body: JSON.stringify({ guid }) });
      if (status === 202) accepted.push(guid);
      else refused += 1;
    }
  });
  await sleep(40);
  await terminateIntake();
  await sleep(20);
  await proxy.cut();
  await sleep(50);
  await proxy.restore();
  await Promise.all(senders);
  expect(refused).toBeGreaterThan(0);
  expect((await storedOf(accepted)).toSorted()).toEqual(accepted.toSorted());
  expect((await untilAccepted(randomUUID())).status).toBe(202);
});

it('answers 503 when the database takes connections and says nothing', async () => {
  // The deliveries table is locked: an insert waits.
  await direct.transaction().execute(async (trx) => {
    await sql`lock table deliveries in exclusive mode`.execute(trx);
    const answer = await sendWebhook(server.baseUrl);
    expect(answer.status).toBe(503);
  });
  expect((await untilAccepted(randomUUID())).status).toBe(202);
});
