import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '../config-error.ts';

const POLL_MS = 25;
const SQLITE_BUSY = 5;

export interface StartLock {
  release(): void;
}

/**
 * Waits until no other process holds the lock file, and holds it.
 * SQLite brings the file locks that Node lacks: the kernel lets go of them when a process dies, so none is ever stale.
 * @throws ConfigError when the time is over
 */
export async function takeStartLock({ path, waitMs }: { path: string; waitMs: number }): Promise<StartLock> {
  const until = Date.now() + waitMs;
  do {
    const lock = tryLock(path);
    if (lock) return { release: () => lock.close() };
    await sleep(POLL_MS);
  } while (Date.now() < until);
  throw new ConfigError(`Another start of Shiplog has held ${path} for ${waitMs / 1000} s. Stop that one first.`);
}

function tryLock(path: string): DatabaseSync | undefined {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(path, { timeout: 0 });
    lock.exec('begin exclusive');
    return lock;
  } catch (error) {
    if (lock?.isOpen) lock.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return undefined;
    throw new ConfigError(`This user can not lock ${path}. Start Shiplog as the user that made it.`, { cause: error });
  }
}
