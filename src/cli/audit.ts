import { connect } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { ConfigError } from '../errors.ts';
import { type AuditVerification, verifyAuditLog } from '../tenancy/verify-audit-log.ts';
import type { Command, CommandInput } from './command.ts';
import { formatCount } from './progress.ts';
import { chooseTenants } from './stored-tenants.ts';
import { openStoredData } from './stored-data.ts';

export const auditCommand: Command = {
  summary: 'verifies that the audit log is as it was written',
  help: `Usage: npm run shiplog -- audit verify [ORG] [--json]

Reads the database and computes the hash chain of each organization's audit log anew. Says which entry is the first that
was changed, removed or put in, and how it shows.

  ORG     only this organization   (all)
  --json  a line of JSON for each organization
  --help  this text

Exit codes: 0 whole, 3 a link is broken, 1 not verified, 2 wrong use.`,
  options: { json: { type: 'boolean' } },
  arguments: ['ACTION', '[ORG]'],
  run: runAudit,
};

const BROKEN = 3;

async function runAudit({ arguments: [action = '', wanted], options, config, signal }: CommandInput): Promise<number> {
  if (action !== 'verify') throw new ConfigError(`There is no "audit ${action}"; there is: verify.`);
  const database = await openStoredData(config);
  const db = connect({ url: database.url, max: 1 });
  try {
    let code = 0;
    for (const { tenant_id, login } of await chooseTenants(db, wanted)) {
      signal.throwIfAborted();
      const found = await withTenant(db, tenant_id, (trx) => verifyAuditLog(trx, tenant_id));
      console.log(options['json'] === true ? JSON.stringify({ org: login, ...found }) : describe(login, found));
      if (found.broken) code = BROKEN;
    }
    return code;
  } finally {
    await db.destroy();
    await database.close();
  }
}

function describe(login: string, { entries, prunedTo, broken }: AuditVerification): string {
  const pruned = prunedTo === 0 ? '' : `, after ${formatCount(prunedTo)} that were pruned`;
  const verdict = broken ? `broken at entry ${broken.entryId}: ${broken.meaning}` : 'whole';
  const counted = entries === 1 ? '1 entry' : `${formatCount(entries)} entries`;
  return `${login}: ${counted}${pruned}: ${verdict}`;
}
