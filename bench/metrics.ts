import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connect, type Database } from '../db/connection.ts';
import { migrateToLatest } from '../db/migrate.ts';
import { openDatabase } from '../db/open-database.ts';
import { measureAttribution } from './metrics/attribution.ts';
import { shareBlocks, vacuum } from './metrics/fill.ts';
import { measureGit } from './metrics/git-log.ts';
import { COMMITS_PER_BLOCK, type MadeTenant, storeTenant } from './metrics/made-tenant.ts';
import { measureProfiles, measureQueries } from './metrics/queries.ts';
import { measureRecompute } from './metrics/recompute.ts';
import { timed } from './metrics/timing.ts';

const { values: options } = parseArgs({
  options: {
    /** Of one tenant: with a pull request for ten of them, and a deployment for fifty. */
    commits: { type: 'string', default: '1000000' },
    /** The others have a fiftieth of that, each. */
    tenants: { type: 'string', default: '50' },
    /** The first has half of the commits, the others an equal share of the rest. */
    repositories: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '20' },
  },
});

const TENANT = 1;
const blocks = Math.round(Number(options.commits) / COMMITS_PER_BLOCK);
const to = new Date();
const from = new Date(to.getTime() - 3 * 365 * 86_400_000);

const folder = await mkdtemp(join(tmpdir(), 'shiplog-bench-'));
const database = await openDatabase({ databaseUrl: undefined, dataDir: folder });
try {
  const memory = Math.round(totalmem() / 2 ** 30);
  console.log(
    `${availableParallelism()} cores, ${memory} GB, PostgreSQL ${database.version}, load ${loadavg()[0]?.toFixed(1)}`,
  );
  await migrateToLatest(database.url);
  const db = connect({ url: database.url });
  const tenant: MadeTenant = {
    tenantId: TENANT,
    blocks: shareBlocks(blocks, Number(options.repositories)),
    blocksPerDeployment: 5,
    from,
    to,
  };
  await measureGit(folder, { commits: (tenant.blocks[0] ?? 0) * COMMITS_PER_BLOCK, rounds: Number(options.rounds) });
  await fill(db, tenant);
  await measureRecompute(db, tenant);
  await vacuum(database.url);
  await measureAttribution(db, tenant, Number(options.rounds));
  await measureQueries(db, tenant, Number(options.rounds));
  await measureProfiles(db, tenant, Number(options.rounds));
  await db.destroy();
} finally {
  await database.close();
  await rm(folder, { recursive: true, force: true });
}

async function fill(db: Database, tenant: MadeTenant): Promise<void> {
  const others = Number(options.tenants) - 1;
  const { ms } = await timed(async () => {
    await storeTenant(db, tenant);
    for (let other = 1; other <= others; other++) {
      await storeTenant(db, { ...tenant, tenantId: TENANT + other, blocks: [Math.max(10, Math.round(blocks / 50))] });
    }
  });
  const deployments = Math.floor(blocks / tenant.blocksPerDeployment);
  console.log(
    `stored        ${blocks * COMMITS_PER_BLOCK} commits, ${blocks} pull requests, ${deployments} deployments, beside ` +
      `${others} tenants with a fiftieth each, in ${(ms / 1_000).toFixed(1)} s`,
  );
  await vacuum(database.url);
}
