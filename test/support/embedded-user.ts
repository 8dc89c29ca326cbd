// A program that uses the embedded PostgreSQL of the directories it is given, as `npm start` does.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { openEmbedded } from '../../db/embedded/embedded-postgres.ts';

const [dataDir = '', stagingDir = ''] = process.argv.slice(2);
const use = await openEmbedded({ dataDir, stagingDirs: [stagingDir] });
const keepAlive = setInterval(() => {}, 1_000);

// Ends its work a while after the signal, and only then its use of the database.
async function stop(): Promise<void> {
  await sleep(300);
  const client = new pg.Client(use.url);
  await client.connect();
  await client.query('select 1');
  await client.end();
  await use.close();
  clearInterval(keepAlive);
}
process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());
process.stdout.write(`${JSON.stringify({ url: use.url, pid: use.pid, steps: use.steps, directory: use.directory })}\n`);
