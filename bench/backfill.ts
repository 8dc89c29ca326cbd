import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connect, type Database } from '../db/connection.ts';
import { migrateToLatest } from '../db/migrate.ts';
import { openDatabase } from '../db/open-database.ts';
import { withTenant } from '../db/tenant.ts';
import { applyFacts } from '../src/facts/apply.ts';
import { CloneReader, type HistoryPlace } from '../src/sync/clone-reader.ts';
import { commitFacts } from '../src/sync/commit-facts.ts';
import { readGit } from '../src/sync/git-process.ts';
import { startStandIn } from '../test/support/github/stand-in.ts';
import { sampleOrg } from '../test/support/github/truth/sample-org.ts';
import { connectToStandIn, readPages } from '../test/support/read-repository.ts';
import { makeRepository } from './made-repository.ts';

const { values: options } = parseArgs({
  options: {
    commits: { type: 'string', default: '1000000' },
    /** A clone to read instead of a made one; it must allow filters. */
    repository: { type: 'string' },
    pulls: { type: 'string', default: '2000' },
  },
});

const TENANT = 1;
/** As the engine asks for. */
const PAGE = 5_000;

const folder = await mkdtemp(join(tmpdir(), 'shiplog-bench-'));
const database = await openDatabase({ databaseUrl: undefined, dataDir: folder });
try {
  console.log(
    `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB, PostgreSQL ${database.version}`,
  );
  await migrateToLatest(database.url);
  const db = connect({ url: database.url });
  await measureClone(db, options.repository ?? (await makeRepository(folder, Number(options.commits))));
  await measureRequests(db, Number(options.pulls));
  await db.destroy();
} finally {
  await database.close();
  await rm(folder, { recursive: true, force: true });
}

async function measureClone(db: Database, path: string): Promise<void> {
  const head = (await readGit({ path, args: ['rev-parse', 'HEAD'] })).trim();
  const commits = Number(await readGit({ path, args: ['rev-list', '--count', head] }));
  const alone = await secondsOf(() => logAlone(path, head));
  console.log(`git log       ${commits} commits in ${alone.toFixed(1)} s: ${rate(commits, alone)} commits/s`);
  await introduceTenant(db);
  const clones = new CloneReader(join(folder, 'clones'));
  let memory = 0;
  let stored = 0;
  let cloned = 0;
  const all = await secondsOf(async () => {
    const started = performance.now();
    let place: HistoryPlace | null = { head, done: 0 };
    const wanted = { repositoryId: 1, url: `file://${path}`, token: () => Promise.resolve('none') };
    while (place) {
      const page: Awaited<ReturnType<CloneReader['readPage']>> = await clones.readPage(wanted, { place, size: PAGE });
      if (stored === 0) cloned = (performance.now() - started) / 1_000;
      const facts = commitFacts(page.commits, { repositoryId: 1, seenAt: new Date().toISOString() });
      await withTenant(db, TENANT, (trx) => applyFacts(trx, TENANT, [facts]));
      stored += page.commits.length;
      memory = Math.max(memory, process.memoryUsage.rss());
      place = page.next;
    }
  });
  console.log(
    `from a clone  ${stored} commits in ${all.toFixed(1)} s, of which ${cloned.toFixed(1)} s to the first page: ` +
      `${rate(stored, all)} commits/s; ratio ${(alone / all).toFixed(2)}; at most ${Math.round(memory / 2 ** 20)} MB`,
  );
}

/** What git itself takes to tell the same. */
async function logAlone(path: string, head: string): Promise<void> {
  const format = '--format=%H%x00%P%x00%an%x00%ae%x00%cn%x00%ce%x00%at%x00%ct%x00%B%x00';
  const git = spawn('git', ['-C', path, 'log', '-z', format, '--no-patch', '--no-mailmap', head], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  git.stdout.resume();
  await once(git, 'close');
}

function introduceTenant(db: Database) {
  const observed = { at: '2026-01-01T00:00:00.000Z', login: 'acme', type: 'Organization' };
  return withTenant(db, TENANT, (trx) => applyFacts(trx, TENANT, [{ tenants: [{ observed }] }]));
}

/** What GitHub asks for, counted by the stand-in. */
async function measureRequests(db: Database, pulls: number): Promise<void> {
  const standIn = await startStandIn();
  const organization = sampleOrg(standIn.truth, 1, { repositories: 1, commits: pulls * 5, pulls });
  const { entities, ...connected } = connectToStandIn(db, standIn, { organization });
  for (const repository of organization.repositories) {
    for (const entity of entities.all) {
      const [requests, points] = [standIn.requests.length, standIn.points];
      let items = 0;
      for await (const page of readPages(entity, { ...connected, repository })) items += page.items;
      const cost = `${standIn.requests.length - requests} requests, ${standIn.points - points} points`;
      console.log(`${entity.name.padEnd(16)} ${items} items: ${cost}`);
    }
  }
  const perHundred = (count: number) => ((count * 100) / pulls).toFixed(1);
  console.log(
    `all           ${perHundred(standIn.requests.length)} requests, ${perHundred(standIn.points)} points ` +
      `per 100 pull requests with 500 commits`,
  );
  await standIn.stop();
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1_000;
}

function rate(count: number, seconds: number): string {
  return (count / seconds).toFixed(0);
}
