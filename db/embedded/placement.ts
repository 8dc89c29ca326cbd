import { createHash, randomBytes } from 'node:crypto';
import { lstat, realpath, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../config-error.ts';
import { type Account, chooseAccount, mayEnter } from './account.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import type { Cluster } from './cluster.ts';
import { findStagingDir, stageBinaries } from './staging.ts';

export interface PlacementOptions {
  /** `SHIPLOG_DATA_DIR`; it is there. */
  dataDir: string;
  /** Where data and binaries go that PostgreSQL's user could not reach; /var/lib/shiplog, or a temporary directory. */
  stagingDirs?: string[];
  binaries?: Binaries;
}

/**
 * Decides where the data directory is, and sees to it that PostgreSQL's user reaches it and the binaries.
 * The data is `postgres` in `dataDir`; where PostgreSQL's user can not go there, a symbolic link leads to it.
 */
export async function placeCluster({
  dataDir,
  binaries = findBinaries(),
  ...options
}: PlacementOptions): Promise<Cluster> {
  const { stagingDirs = ['/var/lib/shiplog', join(tmpdir(), 'shiplog')] } = options;
  const link = join(await realpath(dataDir), 'postgres');
  const account = await chooseAccount(link);
  const directory = (await findExisting(link, account)) ?? (await chooseDirectory({ link, account, stagingDirs }));
  return { directory, account, binaries: await stageBinaries({ binaries, account, stagingDirs }) };
}

/** Once the data is there, `dataDir` tells where. */
export async function linkCluster({ dataDir, directory }: { dataDir: string; directory: string }): Promise<void> {
  const link = join(await realpath(dataDir), 'postgres');
  if (link !== directory) await symlink(directory, link);
}

async function findExisting(link: string, account: Account | undefined): Promise<string | undefined> {
  if (!(await exists(link))) return undefined;
  const directory = await realpath(link).catch((cause: unknown) => {
    throw new ConfigError(
      `The embedded database is gone: ${link} leads to a directory that is not there. ` +
        'Bring that directory back, or remove the link to start with an empty database.',
      { cause },
    );
  });
  if (account && !(await mayEnter(account, directory))) {
    throw new ConfigError(
      `The embedded database in ${directory} runs as user ${account.uid}, who may not enter that directory. ` +
        'Give the directories above it the permission to be entered (chmod o+x).',
    );
  }
  return directory;
}

async function chooseDirectory(options: {
  link: string;
  account: Account | undefined;
  stagingDirs: string[];
}): Promise<string> {
  const { link, account, stagingDirs } = options;
  if (!account || (await mayEnter(account, join(link, '..')))) return link;
  const key = createHash('sha256').update(link).digest('hex').slice(0, 12);
  // The random part: a data directory that was removed and made anew does not find the old data.
  return join(await findStagingDir(stagingDirs, account), `${key}-${randomBytes(3).toString('hex')}`);
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
