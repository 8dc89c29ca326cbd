import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { connect } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { ConfigError } from '../errors.ts';
import { openArchive } from '../tenancy/archive.ts';
import { recordExport } from '../tenancy/audit-log.ts';
import { requireArgument } from './actions.ts';
import type { CommandInput } from './command.ts';
import { formatCounted } from './progress.ts';
import { openStoredData } from './stored-data.ts';
import { chooseTenants } from './stored-tenants.ts';

const USAGE = 'Say which organization, and into which file: npm run shiplog -- org export ORG FILE';
const OPERATOR = { name: 'operator', address: null, userAgent: 'shiplog org export' };

export async function exportOrg({ arguments: [org, path], options, config, signal }: CommandInput): Promise<number> {
  const [wanted, file] = [requireArgument(org, USAGE), requireArgument(path, USAGE)];
  const database = await openStoredData(config);
  const db = connect({ url: database.url, max: 2 });
  try {
    const [tenant] = await chooseTenants(db, wanted);
    if (!tenant) return 0;
    const { tenant_id: tenantId, login } = tenant;
    await withTenant(db, tenantId, (trx) =>
      recordExport(trx, { tenantId, actor: OPERATOR, file: 'archive', filters: {} }),
    );
    const { stream, rows } = await openArchive(db, tenant);
    await write(stream, { file, signal });
    const counts = Object.fromEntries([...rows].filter(([, count]) => count > 0));
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const { size } = await stat(file);
    if (options['json'] === true) console.log(JSON.stringify({ org: login, file, bytes: size, rows: counts }));
    else
      console.log(
        `${login}: ${formatCounted(total, 'row')} of ${formatCounted(Object.keys(counts).length, 'table')} in ${file} (${formatCounted(Math.ceil(size / 1024), 'kilobyte')}).`,
      );
    return 0;
  } finally {
    await db.destroy();
    await database.close();
  }
}

/** What breaks off leaves no file that looks whole. @throws ConfigError when there is one already */
async function write(archive: NodeJS.ReadableStream, { file, signal }: { file: string; signal: AbortSignal }) {
  try {
    await pipeline(archive, createWriteStream(file, { flags: 'wx', mode: 0o600 }), { signal });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EEXIST') throw new ConfigError(`${file} is there already.`, { cause });
    if (code === 'ENOENT' || code === 'EACCES') throw new ConfigError(`${file} can not be written.`, { cause });
    await rm(file, { force: true });
    throw cause;
  }
}
