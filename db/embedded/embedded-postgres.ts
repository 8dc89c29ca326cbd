import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../config-error.ts';
import { type Cluster, createCluster, readMajorVersion, readSecrets } from './cluster.ts';
import { otherVersionError } from './other-version.ts';
import { linkCluster, placeCluster, type PlacementOptions } from './placement.ts';
import { findServer, startServer, stopServer } from './server.ts';
import { type StartLock, takeStartLock } from './start-lock.ts';
import { Usage } from './usage.ts';

export interface EmbeddedOptions extends PlacementOptions {
  /** Settings beside those of postgresql.conf, if the server does not run yet. */
  settings?: Record<string, string>;
}

/** A use of the embedded server; others may use it at the same time. */
export interface EmbeddedPostgres {
  /** As the owner of the database, who is no superuser. */
  url: string;
  superuserUrl: string;
  /** Where the data is. */
  directory: string;
  /** The user that PostgreSQL runs as, when it is another than this process's. */
  uid: number | undefined;
  pid: number;
  /** As PostgreSQL names it: `18.4`. */
  version: string;
  /** What was done, in milliseconds; `create` only the first time, `start` only when no server ran. */
  steps: Partial<Record<'place' | 'create' | 'start', number>>;
  /** Ends this use; the last one ends the server. */
  close: () => Promise<void>;
}

// The process should be gone within ten seconds, whatever the server does.
const CLOSE_LOCK_MS = 2_000;
const STOP_PATIENCE_MS = 4_000;
const START_LOCK_MS = 90_000;

/**
 * Uses the server of the data directory; makes the data directory and starts the server where there is none.
 * @throws ConfigError when the machine, the user or the data directory do not allow it
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  await makeDataDir(options.dataDir);
  const path = join(options.dataDir, 'postgres.lock');
  const lock = await takeStartLock({ path, waitMs: START_LOCK_MS });
  try {
    return await openLocked(options, path);
  } finally {
    lock.release();
  }
}

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    // PostgreSQL's user may pass through, and not look around.
    if (await mkdir(dataDir, { recursive: true })) await chmod(dataDir, 0o711);
  } catch (cause) {
    throw new ConfigError(`SHIPLOG_DATA_DIR: this user can not make the directory ${dataDir}.`, { cause });
  }
}

async function openLocked(options: EmbeddedOptions, lockPath: string): Promise<EmbeddedPostgres> {
  const steps: EmbeddedPostgres['steps'] = {};
  const timed = async <T>(step: keyof typeof steps, work: Promise<T>): Promise<T> => {
    const since = performance.now();
    const result = await work;
    steps[step] = Math.round(performance.now() - since);
    return result;
  };
  const cluster = await timed('place', placeCluster(options));
  const { directory, binaries, account } = cluster;
  const major = await readMajorVersion(directory);
  if (major === undefined) await timed('create', createAndLink(options.dataDir, cluster));
  else if (major !== binaries.major) throw otherVersionError(cluster, major);
  const secrets = await readSecrets(directory);
  const { port, pid } = (await findServer(directory)) ?? (await timed('start', startServer(cluster, options.settings)));
  const urlOf = (user: keyof typeof secrets) => `postgres://${user}:${secrets[user]}@127.0.0.1:${port}/shiplog`;
  const usage = new Usage(urlOf('shiplog'));
  await usage.begin();
  return {
    url: urlOf('shiplog'),
    superuserUrl: urlOf('postgres'),
    directory,
    uid: account?.uid,
    pid,
    version: binaries.version.replace(/^(\d+\.\d+).*/, '$1'),
    steps,
    close: () => closeUse({ usage, directory, lockPath }),
  };
}

async function createAndLink(dataDir: string, cluster: Cluster): Promise<void> {
  const entries = await readdir(cluster.directory).catch(() => []);
  if (entries.length > 0) {
    throw new ConfigError(
      `${cluster.directory} holds files that are no PostgreSQL data directory. ` +
        'Move them away, or point SHIPLOG_DATA_DIR to another directory.',
    );
  }
  await createCluster(cluster);
  await linkCluster({ dataDir, directory: cluster.directory });
}

interface Use {
  usage: Usage;
  directory: string;
  lockPath: string;
}

async function closeUse({ usage, directory, lockPath }: Use): Promise<void> {
  // Who holds the lock now is about to use the server, so it shall stay.
  const lock: StartLock | undefined = await takeStartLock({ path: lockPath, waitMs: CLOSE_LOCK_MS }).catch(
    () => undefined,
  );
  try {
    const last = await usage.end();
    if (lock && last) await stopServer({ directory, patienceMs: STOP_PATIENCE_MS });
  } finally {
    lock?.release();
  }
}
