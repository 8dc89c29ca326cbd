import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import { connect, connectPool, type Database } from '../db/connection.ts';
import { migrateToLatest } from '../db/migrate.ts';
import { openDatabase } from '../db/open-database.ts';
import { createLogger } from '../src/logging.ts';
import { type Queue, startQueue } from '../src/queue.ts';
import { startWorker } from '../src/worker/start-worker.ts';
import { removeRows } from '../test/support/rows.ts';
import { insertBare, readStoredTables } from './apply/bare-inserts.ts';
import { multiplyStored, storeGenerated } from './apply/fill.ts';
import { BENCH_TENANT, DeliveryGenerator } from './apply/generate-deliveries.ts';
import { measureLatency } from './apply/latency.ts';

const { values: options } = parseArgs({
  options: {
    deliveries: { type: 'string', default: '20000' },
    stored: { type: 'string', default: '10000,100000,1000000' },
  },
});

const log = createLogger({ level: 'warn', format: 'json' });
const dataDir = await mkdtemp(join(tmpdir(), 'shiplog-bench-'));
const database = await openDatabase({ databaseUrl: undefined, dataDir });
try {
  console.log(
    `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB, PostgreSQL ${database.version}`,
  );
  await migrateToLatest(database.url);
  const db = connect({ url: database.url });
  const queue = await startQueue({ url: database.url, log });
  const generator = new DeliveryGenerator();
  await applyAll(db, queue, generator, 2_000);
  await measureThroughput(db, queue, generator);
  await measureGrowth(db, queue, generator);
  await queue.stop();
  await db.destroy();
  await measureLatency({ databaseUrl: database.url, dataDir });
} finally {
  await database.close();
  await rm(dataDir, { recursive: true, force: true });
}

async function measureThroughput(db: Database, queue: Queue, generator: DeliveryGenerator): Promise<void> {
  const count = Number(options.deliveries);
  await removeRows(db, BENCH_TENANT);
  const seconds = await applyAll(db, queue, generator, count);
  const tables = await readStoredTables(db, BENCH_TENANT);
  const rows = tables.reduce((sum, table) => sum + table.rows.length, 0);
  const bare: number[] = [];
  for (let run = 0; run < 3; run++) {
    await removeRows(db, BENCH_TENANT);
    await sql`vacuum`.execute(db).catch(() => {});
    bare.push(await insertBare(db, BENCH_TENANT, tables, Math.ceil(count / 500)));
  }
  const least = bare.toSorted((a, b) => a - b)[1] ?? Number.NaN;
  console.log(`apply         ${count} deliveries in ${seconds.toFixed(2)} s: ${rate(count, seconds)} deliveries/s`);
  console.log(`bare inserts  the same ${rows} rows in ${least.toFixed(2)} s; ratio ${(least / seconds).toFixed(2)}`);
}

async function measureGrowth(db: Database, queue: Queue, generator: DeliveryGenerator): Promise<void> {
  let stride = 1_000_000;
  for (const target of options.stored.split(',').map(Number)) {
    const stored = await countStored(db);
    const times = Math.round((target - stored) / stored);
    if (times > 0) {
      await multiplyStored(db, BENCH_TENANT, { times, stride });
      await settle(database.url);
      stride *= 20;
    }
    const now = await countStored(db);
    const count = 5_000;
    const seconds = await applyAll(db, queue, generator, count);
    console.log(
      `apply         with ${now} stored: ${rate(count, seconds)} deliveries/s, ${((seconds / count) * 1e6).toFixed(0)} µs each`,
    );
  }
}

/** As autovacuum would have, had the rows come one by one: a bulk load leaves its work to whatever comes next. */
async function settle(url: string): Promise<void> {
  const owner = connectPool({ url, max: 1 });
  await owner.query('vacuum (analyze)');
  await owner.end();
}

/** @returns seconds from the worker's start until nothing is pending */
async function applyAll(db: Database, queue: Queue, generator: DeliveryGenerator, count: number): Promise<number> {
  await storeGenerated(db, queue, generator, count);
  const started = performance.now();
  const worker = await startWorker({ db, queue, log, appId: null });
  while (await hasPending(db)) await new Promise((resolve) => setTimeout(resolve, 10));
  const seconds = (performance.now() - started) / 1_000;
  await worker.stop();
  return seconds;
}

async function hasPending(db: Database): Promise<boolean> {
  const { rows } = await sql`select 1 from deliveries where state = 'pending' limit 1`.execute(db);
  return rows.length > 0;
}

async function countStored(db: Database): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) from deliveries`.execute(db);
  return rows[0]?.count ?? 0;
}

function rate(count: number, seconds: number): string {
  return (count / seconds).toFixed(0);
}
