import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../config-error.ts';
import { type Account, runCommand } from './account.ts';
import type { Binaries } from './binaries.ts';

/** A PostgreSQL data directory, and what it takes to run it. */
export interface Cluster {
  directory: string;
  binaries: Binaries;
  account: Account | undefined;
}

/** Passwords of the owner of the database `shiplog`, and of the superuser, who only makes the former and backups. */
const secretsFile = z.object({ shiplog: z.string(), postgres: z.string() });
export type Secrets = z.infer<typeof secretsFile>;

// For a small machine under a steady load of writes; an operator may change them in postgresql.conf.
const settings = {
  max_connections: '60',
  shared_buffers: '128MB',
  effective_cache_size: '512MB',
  maintenance_work_mem: '64MB',
  max_wal_size: '1GB',
  wal_compression: 'on',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

const SECRETS = 'shiplog-secrets.json';
const access = 'host all all 127.0.0.1/32 scram-sha-256\n';

/** Makes the data directory with the database `shiplog` in it: whole, or not at all. */
export async function createCluster({ directory, binaries, account }: Cluster): Promise<void> {
  const unfinished = `${directory}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  await chmod(unfinished, 0o700);
  if (account) await chown(unfinished, account.uid, account.gid);
  const set = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  // The built-in locale sorts the same on every machine, so the data may move to another one.
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const initdb = join(binaries.directory, 'bin', 'initdb');
  const options = ['--username=postgres', '--auth=trust', '--no-sync', ...locale, ...set];
  await runCommand({ file: initdb, args: [`--pgdata=${unfinished}`, ...options], account }).catch(explainNamelessUser);
  await writeFile(join(unfinished, 'pg_hba.conf'), access);
  const secrets = { shiplog: newPassword(), postgres: newPassword() };
  await createDatabase({ directory: unfinished, binaries, account }, secrets);
  await writeFile(join(unfinished, SECRETS), JSON.stringify(secrets), { mode: 0o600 });
  if (account) await chown(join(unfinished, SECRETS), account.uid, account.gid);
  // The steps above skipped writing through to the disk, and no later checkpoint makes up for it.
  await runCommand({ file: initdb, args: ['--sync-only', `--pgdata=${unfinished}`], account });
  await rename(unfinished, directory);
}

// As in a container that runs under any number.
function explainNamelessUser(cause: unknown): never {
  if (!(cause instanceof Error) || !/could not look up effective user ID (\d+)/.test(cause.message)) throw cause;
  throw new ConfigError(
    'PostgreSQL runs only as a user with a name, and the user of this process has none in /etc/passwd. ' +
      'Start Shiplog as another user, or set DATABASE_URL.',
    { cause },
  );
}

// Single-user mode needs no password, port or running server. One statement a line.
function createDatabase({ directory, binaries, account }: Cluster, secrets: Secrets): Promise<void> {
  return runCommand({
    file: join(binaries.directory, 'bin', 'postgres'),
    args: ['--single', '-D', directory, '-c', 'fsync=off', '-c', 'log_min_messages=fatal', 'postgres'],
    input: [
      `alter role postgres password '${secrets.postgres}'`,
      `create role shiplog login nosuperuser createrole password '${secrets.shiplog}'`,
      'create database shiplog owner shiplog strategy file_copy',
      '',
    ].join('\n'),
    account,
  });
}

export async function readSecrets(directory: string): Promise<Secrets> {
  const path = join(directory, SECRETS);
  try {
    return secretsFile.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new ConfigError(`The embedded database's passwords can not be read from ${path}.`, { cause });
  }
}

/** @returns the major version that made the data directory; undefined when there is no data directory */
export async function readMajorVersion(directory: string): Promise<number | undefined> {
  try {
    return Number.parseInt(await readFile(join(directory, 'PG_VERSION'), 'utf8'), 10);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new ConfigError(describeUnreadable(directory), { cause: error });
  }
}

function describeUnreadable(directory: string): string {
  return (
    `This user can not read the embedded database in ${directory}. ` +
    'Start Shiplog as the user that made it, or as root.'
  );
}

function newPassword(): string {
  return randomBytes(24).toString('base64url');
}
