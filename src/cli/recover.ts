import { connect } from '../../db/connection.ts';
import { migrateToLatest } from '../../db/migrate.ts';
import { openDatabase } from '../../db/open-database.ts';
import { ConfigError } from '../errors.ts';
import { createGitHub } from '../github/create-github.ts';
import { createLogger } from '../logging.ts';
import { startQueue } from '../queue.ts';
import { recoverNow } from '../worker/recover-now.ts';
import type { Command, CommandInput } from './command.ts';
import { formatCount } from './progress.ts';

export const recoverCommand: Command = {
  summary: 'brings in what webhooks missed',
  help: `Usage: npm run shiplog -- recover

Does now what a worker does every 15 minutes and every night: lists the webhooks that GitHub sent and brings in those
that are not stored, then compares installations, repositories and counts with GitHub. What has to be read again, a
worker reads: npm run shiplog -- sync ORG shows how far it is.

  --help  this text`,
  options: {},
  arguments: [],
  run: runRecover,
};

async function runRecover({ config, signal }: CommandInput): Promise<number> {
  if (config.mode !== 'connected')
    throw new ConfigError('Shiplog is not connected to GitHub: set APP_ID and PRIVATE_KEY_PATH.');
  const database = await openDatabase({ databaseUrl: config.databaseUrl, dataDir: config.dataDir });
  await migrateToLatest(database.url);
  const log = createLogger({ level: 'silent', format: 'json' });
  const db = connect({ url: database.url, max: 3 });
  const queue = await startQueue({ url: database.url, log });
  try {
    const github = createGitHub({ config, db, log });
    const { missed, tenants, started, left } = await recoverNow({ db, queue, log, github, config, signal });
    const { listed, recovered, lost } = missed;
    console.log(
      `Webhooks: ${formatCount(listed)} sent, ${formatCount(recovered)} brought in, ${formatCount(lost)} lost.`,
    );
    console.log(`Organizations: ${formatCount(tenants)} compared, ${formatCount(started)} to be read again.`);
    if (left > 0) console.log(`${formatCount(left)} at GitHub's limit: not compared. Run this again in an hour.`);
    return missed.finished && left === 0 ? 0 : 1;
  } finally {
    await queue.stop({ graceful: false });
    await db.destroy();
    await database.close();
  }
}
