import { connect } from '../../db/connection.ts';
import { type Recomputed, recomputeAll } from '../metrics/derive/recompute.ts';
import type { Command, CommandInput } from './command.ts';
import { formatCount, formatCounted } from './progress.ts';
import { openStoredData } from './stored-data.ts';
import { chooseTenants } from './stored-tenants.ts';

export const recomputeCommand: Command = {
  summary: 'computes everything that is derived of facts, and puts right what differs',
  help: `Usage: npm run shiplog -- recompute [ORG] [--json]

Computes every row that is derived from facts (what deployments ship, failures, rework, merged pull requests), a
repository at a time, and writes those that are stored otherwise. It says how many rows differed, by table: none, unless
a definition or Shiplog itself has changed.

  ORG     only this organization   (all)
  --json  a line of JSON for each organization
  --help  this text`,
  options: { json: { type: 'boolean' } },
  arguments: ['[ORG]'],
  run: runRecompute,
};

async function runRecompute({ arguments: [wanted], options, config, signal }: CommandInput): Promise<number> {
  const database = await openStoredData(config);
  const db = connect({ url: database.url, max: 2 });
  try {
    for (const { tenant_id, login } of await chooseTenants(db, wanted)) {
      signal.throwIfAborted();
      const started = performance.now();
      const found = await recomputeAll(db, tenant_id, signal);
      const seconds = Math.round((performance.now() - started) / 100) / 10;
      console.log(
        options['json'] === true
          ? JSON.stringify({ org: login, seconds, ...found })
          : describe(found, { login, seconds }),
      );
    }
    return 0;
  } finally {
    await db.destroy();
    await database.close();
  }
}

function describe(
  { repositories, tables }: Recomputed,
  { login, seconds }: { login: string; seconds: number },
): string {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const of = repositories === 1 ? '1 repository' : `${formatCount(repositories)} repositories`;
  const computed = `${login}: ${formatCounted(rows, 'row')} of ${of} in ${seconds.toFixed(1)} s`;
  const wrong = tables.filter(({ differed }) => differed > 0);
  if (wrong.length === 0) return `${computed}, none differed`;
  const lines = wrong.map((table) => `  ${table.table.padEnd(24)} ${formatCount(table.differed).padStart(10)}`);
  return [`${computed}. Rows that differed, and are right now:`, ...lines].join('\n');
}
