import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connect } from '../db/connection.ts';
import { migrateToLatest } from '../db/migrate.ts';
import { openDatabase } from '../db/open-database.ts';
import { recomputeAll } from '../src/metrics/derive/recompute.ts';
import { measureEvaluation } from './checks/evaluation.ts';
import { measurePublishing } from './checks/publishing.ts';
import { shareBlocks, vacuum } from './metrics/fill.ts';
import { COMMITS_PER_BLOCK, type MadeTenant, storeTenant } from './metrics/made-tenant.ts';
import { timed } from './metrics/timing.ts';

const { values: options } = parseArgs({
  options: {
    /** Of one tenant: with a pull request for ten of them, and a deployment for fifty. */
    commits: { type: 'string', default: '1000000' },
    /** Of the pull request whose check run is made. */
    files: { type: 'string', default: '3000' },
    /** How often it is made. */
    rounds: { type: 'string', default: '100' },
    /** Webhooks that are followed to the check run that they end in. */
    webhooks: { type: 'string', default: '150' },
  },
});

const blocks = Math.round(Number(options.commits) / COMMITS_PER_BLOCK);
const to = new Date();
const from = new Date(to.getTime() - 3 * 365 * 86_400_000);
const tenant: MadeTenant = { tenantId: 1, blocks: shareBlocks(blocks, 10), blocksPerDeployment: 5, from, to };

const folder = await mkdtemp(join(tmpdir(), 'shiplog-bench-'));
const database = await openDatabase({ databaseUrl: undefined, dataDir: folder });
try {
  const memory = Math.round(totalmem() / 2 ** 30);
  console.log(
    `${availableParallelism()} cores, ${memory} GB, PostgreSQL ${database.version}, load ${loadavg()[0]?.toFixed(1)}`,
  );
  await migrateToLatest(database.url);
  const db = connect({ url: database.url });
  const { ms } = await timed(async () => {
    await storeTenant(db, tenant);
    await recomputeAll(db, tenant.tenantId);
    await vacuum(database.url);
  });
  console.log(`stored        ${blocks * COMMITS_PER_BLOCK} commits, ${blocks} pull requests, in ${seconds(ms)} s`);
  await measureEvaluation(db, tenant, { files: Number(options.files), rounds: Number(options.rounds) });
  await measurePublishing(
    { db, url: database.url },
    { tenant, webhooks: Number(options.webhooks), files: Number(options.files) },
  );
  await db.destroy();
} finally {
  await database.close();
  await rm(folder, { recursive: true, force: true });
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
