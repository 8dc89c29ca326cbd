import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnOptions } from './account.ts';
import type { Cluster } from './cluster.ts';
import { isRunning, readPostmaster, removeForeignPid, type Postmaster } from './postmaster.ts';

const POLL_MS = 20;
/** Recovery after a crash replays at most max_wal_size. */
const START_MS = 60_000;

/** What the server must not be told otherwise: reachable from this machine only, and silent about what it stores. */
const fixed = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  logging_collector: 'on',
  log_directory: 'log',
  log_filename: 'postgresql-%a.log',
  log_truncate_on_rotation: 'on',
  log_rotation_age: '1d',
  log_rotation_size: '0',
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
};

/** @returns the running server of the data directory, once it takes connections; undefined when none runs */
export async function findServer(directory: string): Promise<Postmaster | undefined> {
  const until = Date.now() + START_MS;
  while (Date.now() < until) {
    const postmaster = await readPostmaster(directory);
    if (!postmaster || !(await isRunning(postmaster.pid, directory))) return undefined;
    if (postmaster.status === 'ready') return postmaster;
    await sleep(POLL_MS);
  }
  throw new Error(`The PostgreSQL in ${directory} runs and takes no connections; see ${join(directory, 'log')}.`);
}

/**
 * Starts the server in a session of its own, so that Ctrl-C in the terminal does not reach it.
 * @param extra settings beside those of postgresql.conf
 */
export async function startServer(cluster: Cluster, extra: Record<string, string> = {}): Promise<Postmaster> {
  const until = Date.now() + START_MS;
  for (;;) {
    await removeForeignPid(cluster.directory);
    try {
      return await tryToStart(cluster, extra);
    } catch (error) {
      // Another program took the port, or backends of a server that was killed have not ended yet.
      const passes = error instanceof Error && /address already in use|still in use/i.test(error.message);
      if (!passes || Date.now() > until) throw error;
      await sleep(POLL_MS * 10);
    }
  }
}

async function tryToStart(cluster: Cluster, extra: Record<string, string>): Promise<Postmaster> {
  const { directory, binaries, account } = cluster;
  const settings = Object.entries({ ...fixed, ...extra, port: String(await findFreePort()) });
  const logPath = join(directory, 'start.log');
  const log = await open(logPath, 'w', 0o600);
  const child = spawn(
    join(binaries.directory, 'bin', 'postgres'),
    ['-D', directory, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { ...spawnOptions(account), detached: true, stdio: ['ignore', log.fd, log.fd] },
  );
  const end: { reason?: string } = {};
  child.on('error', (error) => (end.reason = error.message));
  child.on('exit', (code, signal) => (end.reason = `it ended with ${signal ?? code}`));
  child.unref();
  await log.close();
  const until = Date.now() + START_MS;
  while (!end.reason && Date.now() < until) {
    const postmaster = await readPostmaster(directory);
    if (postmaster?.pid === child.pid && postmaster?.status === 'ready') return postmaster;
    await sleep(POLL_MS);
  }
  const output = await readFile(logPath, 'utf8').catch(() => '');
  throw new Error(`PostgreSQL did not start in ${directory} (${end.reason ?? 'not in time'}): ${output.trim()}`);
}

/** Ends the server: politely, and after `patienceMs` at once, which costs a recovery at the next start and no data. */
export async function stopServer({ directory, patienceMs }: { directory: string; patienceMs: number }): Promise<void> {
  const postmaster = await readPostmaster(directory);
  if (!postmaster || !(await isRunning(postmaster.pid, directory))) return;
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    signalServer(postmaster.pid, signal);
    const until = Date.now() + (signal === 'SIGINT' ? patienceMs : 2_000);
    while (Date.now() < until) {
      if (!(await isRunning(postmaster.pid, directory))) return;
      await sleep(POLL_MS);
    }
  }
}

function signalServer(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
