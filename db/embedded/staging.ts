import { randomBytes } from 'node:crypto';
import { chmod, cp, lstat, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../config-error.ts';
import { type Account, mayEnter, mayRun, runCommand } from './account.ts';
import type { Binaries } from './binaries.ts';

/** The binaries where the account can run them: their own place, or a copy that is made once a version. */
export async function stageBinaries(options: {
  binaries: Binaries;
  account: Account | undefined;
  stagingDirs: string[];
}): Promise<Binaries> {
  const { binaries, account, stagingDirs } = options;
  if (!account || (await mayRun(account, join(binaries.directory, 'bin', 'postgres')))) return binaries;
  const directory = join(await findStagingDir(stagingDirs, account), `postgresql-${binaries.version}-${process.arch}`);
  const isThere = await lstat(directory).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    const unfinished = `${directory}.${randomBytes(6).toString('hex')}`;
    await cp(binaries.directory, unfinished, { recursive: true, verbatimSymlinks: true });
    // A strict umask may have kept them for root alone.
    await runCommand({ file: 'chmod', args: ['-R', 'a+rX', unfinished], account: undefined });
    // Another start may have been faster; its copy is as good.
    await rename(unfinished, directory).catch(() => rm(unfinished, { recursive: true, force: true }));
  }
  return { ...binaries, directory };
}

/** The first of the directories that can be made, is root's own, and lets the account in. */
export async function findStagingDir(candidates: string[], account: Account): Promise<string> {
  for (const candidate of candidates) {
    const isThere = await makeDirectory(candidate).then(
      () => true,
      () => false,
    );
    if (isThere && (await isRootsOwn(candidate)) && (await mayEnter(account, candidate))) return candidate;
  }
  throw new ConfigError(
    `PostgreSQL may not run as root, and user ${account.uid} reaches none of ${candidates.join(', ')}. ` +
      'Point SHIPLOG_DATA_DIR to a directory that every user may enter, start Shiplog as another user, ' +
      'or set DATABASE_URL.',
  );
}

async function makeDirectory(directory: string): Promise<void> {
  // The process's umask shall not bar what is made here, nor this bar or open what was there.
  if (await mkdir(directory, { recursive: true })) await chmod(directory, 0o755);
}

// In a directory that others may write to, somebody could have put other binaries.
async function isRootsOwn(directory: string): Promise<boolean> {
  const { uid, mode } = await lstat(directory);
  return uid === 0 && (mode & 0o022) === 0;
}
