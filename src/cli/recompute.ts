import { connect } from '../../db/connection.ts';
import { recomputeAll } from '../metrics/derive/recompute.ts';
import type { Command, CommandInput } from './command.ts';
import { formatCount } from './progress.ts';
import { openStoredData } from './stored-data.ts';
import { chooseTenants } from './stored-tenants.ts';

export const recomputeCommand: Command = {
  summary: 'rebuilds everything that is derived from facts',
  help: `Usage: npm run shiplog -- recompute [ORG]

Removes every row that is derived from facts (what deployments ship, failures, rework, merged pull requests) and
computes it again, a repository at a time. It changes nothing, unless a definition or Shiplog itself has changed.

  ORG     only this organization   (all)
  --help  this text`,
  options: {},
  arguments: ['[ORG]'],
  run: runRecompute,
};

async function runRecompute({ arguments: [wanted], config, signal }: CommandInput): Promise<number> {
  const database = await openStoredData(config);
  const db = connect({ url: database.url, max: 2 });
  try {
    for (const { tenant_id, login } of await chooseTenants(db, wanted)) {
      signal.throwIfAborted();
      const started = performance.now();
      const repositories = await recomputeAll(db, tenant_id, signal);
      const seconds = ((performance.now() - started) / 1_000).toFixed(1);
      console.log(`${login}: ${formatCount(repositories)} of its repositories in ${seconds} s`);
    }
    return 0;
  } finally {
    await db.destroy();
    await database.close();
  }
}
