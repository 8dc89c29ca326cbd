import { createInterface } from 'node:readline/promises';
import { connect, type Database } from '../../db/connection.ts';
import { ConfigError, ConflictError } from '../errors.ts';
import { forgetInstallations } from '../tenancy/forget-installations.ts';
import { endSessionsIn } from '../tenancy/sessions.ts';
import { purgeTenant } from '../tenancy/purge.ts';
import type { PurgeReceipt } from '../tenancy/purge-receipt.ts';
import { requireArgument } from './actions.ts';
import type { CommandInput } from './command.ts';
import { formatCount, formatCounted } from './progress.ts';
import { openStoredData } from './stored-data.ts';
import { chooseTenants } from './stored-tenants.ts';

const REVIVED = 3;

export async function deleteOrg({ arguments: [org], options, config, signal }: CommandInput): Promise<number> {
  const wanted = requireArgument(org, 'Say which organization: npm run shiplog -- org delete ORG');
  const database = await openStoredData(config);
  const db = connect({ url: database.url, max: 2 });
  try {
    const [tenant] = await chooseTenants(db, wanted);
    if (!tenant) return 0;
    if (options['yes'] !== true) await confirm(tenant.login, signal);
    if (options['force'] === true) await forgetInstallations(db, tenant.tenant_id);
    const receipt = await remove(db, tenant);
    if (options['json'] === true) console.log(JSON.stringify({ org: tenant.login, ...receipt }));
    else for (const line of describe(tenant.login, receipt)) console.log(line);
    return receipt.state === 'done' ? 0 : REVIVED;
  } finally {
    await db.destroy();
    await database.close();
  }
}

/** @throws ConfigError unless the name is typed once more */
async function confirm(login: string, signal: AbortSignal): Promise<void> {
  if (!process.stdin.isTTY) throw new ConfigError(`This removes everything of ${login}, for good. Say --yes to do it.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const question = `This removes everything of ${login}, for good. Type its name to do it: `;
    const typed = await terminal.question(question, { signal });
    if (typed.trim().toLowerCase() !== login.toLowerCase()) throw new ConfigError('Nothing was removed.');
  } finally {
    terminal.close();
  }
}

async function remove(db: Database, { tenant_id: tenantId, login }: { tenant_id: number; login: string }) {
  const receipt = await purgeTenant(db, tenantId);
  if (!receipt) {
    throw new ConflictError(
      `The GitHub App is installed in ${login}: uninstall it on GitHub first, or what is removed comes back. Say --force where GitHub knows of no installation, as of a replayed clone.`,
    );
  }
  await endSessionsIn(db, tenantId);
  return receipt;
}

function describe(login: string, { state, rows }: PurgeReceipt): string[] {
  const removed = Object.entries(rows).toSorted(([a], [b]) => a.localeCompare(b));
  const total = removed.reduce((sum, [, count]) => sum + count, 0);
  const width = Math.max(0, ...removed.map(([table]) => table.length));
  const counts = removed.map(([table, count]) => `  ${table.padEnd(width)}  ${formatCount(count).padStart(11)}`);
  const end =
    state === 'done'
      ? `${login} is gone: ${formatCounted(total, 'row')} removed.`
      : `${login} was installed again in the meantime: ${formatCounted(total, 'row')} removed, the rest was left.`;
  return [...counts, end];
}
