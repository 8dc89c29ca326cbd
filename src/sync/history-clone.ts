import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, GitHubUnavailableError, NotFoundError } from '../errors.ts';
import { readGitEnvironment } from './git-environment.ts';

export interface HistoryClone {
  /** Where clones are kept while they are read. */
  readonly directory: string;
  readonly repositoryId: number;
  readonly url: string;
  /** For reading its contents; asked for when it has to be cloned. */
  readonly token: () => Promise<string>;
  readonly signal: AbortSignal;
  /** After so many seconds without a byte git gives up; `STALLED_S` unless given. */
  readonly stalledS?: number;
}

// While GitHub counts objects, it sends a few bytes every five seconds. Without an end, a connection that died would
// keep the organization's turn for ever.
const STALLED_S = 300;
const FORGOTTEN_MS = 24 * 3_600_000;
const PARTIAL = '.partial-';

/**
 * A bare clone of the default branch with nothing but its commits. One that is there already is used again: a clone gets
 * its name when it is whole.
 * @returns its path
 * @throws ConfigError without git, NotFoundError, or GitHubUnavailableError when it can not be cloned
 */
export async function ensureHistoryClone(clone: HistoryClone): Promise<string> {
  const path = clonePath(clone);
  const now = new Date();
  if (await isThere(path)) {
    await touchClone(path, now);
    return path;
  }
  await mkdir(clone.directory, { recursive: true, mode: 0o700 });
  await removeForgotten(clone, now);
  const partial = await mkdtemp(`${path}${PARTIAL}`);
  try {
    await runClone(clone, { partial, token: await clone.token() });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
  return path;
}

export function clonePath({ directory, repositoryId }: Pick<HistoryClone, 'directory' | 'repositoryId'>): string {
  return join(directory, `${repositoryId}.git`);
}

/** Says that it is in use: more than one process may read it. */
export async function touchClone(path: string, now = new Date()): Promise<void> {
  await utimes(path, now, now).catch(() => {});
}

/** Removes it, unless it was in use within `idleMs`. */
export async function removeIdleClone(path: string, idleMs: number): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found && Date.now() - found.mtimeMs < idleMs) return;
  await rm(path, { recursive: true, force: true });
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/** What a killed process left behind: of this repository at once, of others after a day. */
async function removeForgotten({ directory, repositoryId }: HistoryClone, now: Date): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const found = await stat(path).catch(() => undefined);
    const forgotten = found !== undefined && now.getTime() - found.mtimeMs > FORGOTTEN_MS;
    if (forgotten || name.startsWith(`${repositoryId}.git${PARTIAL}`)) await rm(path, { recursive: true, force: true });
  }
}

/** The token is in git's environment alone: not on its command line, not in the clone's settings. */
async function runClone(
  { url, signal, stalledS = STALLED_S }: HistoryClone,
  { partial, token }: { partial: string; token: string },
): Promise<void> {
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  const args = ['clone', '--quiet', '--bare', '--single-branch', '--no-tags', '--filter=tree:0', '--', url, partial];
  const settings = ['credential.helper=', 'http.lowSpeedLimit=1', `http.lowSpeedTime=${stalledS}`];
  const git = spawn('git', [...settings.flatMap((setting) => ['-c', setting]), ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
    env: {
      ...readGitEnvironment(),
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: `http.${new URL(url).origin}/.extraHeader`,
      GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
    },
  });
  const closed = once(git, 'close').catch(explain);
  let words = '';
  for await (const chunk of git.stderr) words = `${words}${String(chunk)}`.slice(-500);
  const [code] = await closed;
  if (code === 0) return;
  if (/not found/i.test(words)) throw new NotFoundError('GitHub has no such repository to clone.');
  throw new GitHubUnavailableError(`git clone failed: ${words.trim() || `exit code ${code}`}`);
}

function explain(cause: unknown): never {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
    throw new ConfigError('git was not found. Install git, or put it on the PATH.', { cause });
  }
  throw new GitHubUnavailableError('git clone was ended.', { cause });
}
