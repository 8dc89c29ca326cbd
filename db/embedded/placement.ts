import { createHash, randomBytes } from 'node:crypto';
import { cp, lstat, mkdir, realpath, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../src/errors.ts';
import { type Account, chooseAccount, mayEnter, mayRun } from './account.ts';
import { type Binaries, findBinaries } from './binaries.ts';
import type { Cluster } from './cluster.ts';

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
  return { directory, account, binaries: await reachBinaries({ binaries, account, stagingDirs }) };
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

async function reachBinaries(options: {
  binaries: Binaries;
  account: Account | undefined;
  stagingDirs: string[];
}): Promise<Binaries> {
  const { binaries, account, stagingDirs } = options;
  if (!account || (await mayRun(account, join(binaries.directory, 'bin', 'postgres')))) return binaries;
  const directory = join(await findStagingDir(stagingDirs, account), `postgresql-${binaries.version}-${process.arch}`);
  if (!(await exists(directory))) {
    const unfinished = `${directory}.${randomBytes(6).toString('hex')}`;
    await cp(binaries.directory, unfinished, { recursive: true, verbatimSymlinks: true, mode: 0 });
    // Another start may have been faster; its copy is as good.
    await rename(unfinished, directory).catch(() => rm(unfinished, { recursive: true, force: true }));
  }
  return { ...binaries, directory };
}

/** The first of the directories that can be made, is root's own, and lets the account in. */
async function findStagingDir(candidates: string[], account: Account): Promise<string> {
  for (const candidate of candidates) {
    const made = await mkdir(candidate, { recursive: true, mode: 0o755 }).then(
      () => true,
      () => false,
    );
    if (made && (await isRootsOwn(candidate)) && (await mayEnter(account, candidate))) return candidate;
  }
  throw new ConfigError(
    `PostgreSQL may not run as root, and user ${account.uid} reaches none of ${candidates.join(', ')}. ` +
      'Point SHIPLOG_DATA_DIR to a directory that every user may enter, start Shiplog as another user, ' +
      'or set DATABASE_URL.',
  );
}

// In a directory that others may write to, somebody could have put other binaries.
async function isRootsOwn(directory: string): Promise<boolean> {
  const { uid, mode } = await lstat(directory);
  return uid === 0 && (mode & 0o022) === 0;
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
