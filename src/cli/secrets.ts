import { connect } from '../../db/connection.ts';
import { ConfigError } from '../errors.ts';
import { openKeyring } from '../tenancy/open-keyring.ts';
import { type Rotation, rotateSecrets } from '../tenancy/rotate-secrets.ts';
import { runAction } from './actions.ts';
import type { Command, CommandInput } from './command.ts';
import { formatCounted } from './progress.ts';
import { openStoredData } from './stored-data.ts';

export const secretsCommand: Command = {
  summary: 'encrypts secrets at rest with a new key',
  help: `Usage: npm run shiplog -- secrets rotate [--json]

Encrypts with the first key of SHIPLOG_ENCRYPTION_KEY what another one has encrypted. To change the key:

  1. Start every Shiplog with both: SHIPLOG_ENCRYPTION_KEY=NEW,OLD
  2. npm run shiplog -- secrets rotate, with the same
  3. Start every Shiplog with SHIPLOG_ENCRYPTION_KEY=NEW

  --json  prints JSON
  --help  this text

Exit codes: 0 when nothing needs an older key any more, 3 when no key opens some of it.`,
  options: { json: { type: 'boolean' } },
  arguments: ['ACTION'],
  run: runAction('secrets', { rotate }),
};

const UNREADABLE = 3;

async function rotate({ options, config }: CommandInput): Promise<number> {
  const database = await openStoredData(config);
  const db = connect({ url: database.url, max: 2 });
  try {
    const keyring = await openKeyring(db, { config, embedded: database.kind === 'embedded' });
    if (!keyring) throw new ConfigError('SHIPLOG_ENCRYPTION_KEY is not set, so nothing is encrypted.');
    const done = await rotateSecrets(db, keyring);
    if (options['json'] === true) console.log(JSON.stringify(done));
    else for (const line of describe(done)) console.log(line);
    return done.unreadable > 0 ? UNREADABLE : 0;
  } finally {
    await db.destroy();
    await database.close();
  }
}

function describe({ keyId, encrypted, unreadable, retired }: Rotation): string[] {
  const first = `${formatCounted(encrypted, 'value')} encrypted anew; the key is ${keyId}.`;
  if (unreadable > 0) {
    return [first, `${formatCounted(unreadable, 'value')} could not be opened: no key was retired. Is one missing?`];
  }
  return [first, ...(retired.length > 0 ? [`Nothing needs ${retired.join(', ')} any more.`] : [])];
}
