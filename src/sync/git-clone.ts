import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigError } from '../errors.ts';
import { findGitLine, readGit, splitGit } from './git-process.ts';

/** A local clone, and what of it there is to read. */
export interface GitClone {
  readonly path: string;
  /** The default branch, and its newest commit; without one, the branch has no commits yet. */
  readonly branch: string;
  readonly tip: string | undefined;
  /** Where a shallow clone was cut: these commits seem to have no parents. */
  readonly boundary: ReadonlySet<string>;
  /** False when the clone left out file contents, so that lines can not be counted. */
  readonly hasContents: boolean;
}

/** @throws ConfigError when there is no git repository that can be read */
export async function openClone(path: string): Promise<GitClone> {
  const format = await readObjectFormat(path);
  if (format !== 'sha1') {
    throw new ConfigError(
      `${path} names its commits by ${format}. GitHub has no such repositories; only sha1 can be read.`,
    );
  }
  const { branch, ref } = await findDefaultBranch(path);
  const tip = await findGitLine({ path, args: ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`] });
  return { path, branch, tip, boundary: await readBoundary(path), hasContents: await hasContents(path, tip) };
}

async function readObjectFormat(path: string): Promise<string> {
  try {
    return (await readGit({ path, args: ['rev-parse', '--show-object-format'] })).trim();
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause;
    const reason =
      cause instanceof Error ? cause.message.replace(/^git rev-parse failed: (fatal: )?/, '') : String(cause);
    throw new ConfigError(`${path} can not be read as a git repository: ${reason}`, { cause });
  }
}

/** The remote's default branch; else the one that is checked out; else main or master. */
async function findDefaultBranch(path: string): Promise<{ branch: string; ref: string }> {
  const remote = await findGitLine({ path, args: ['symbolic-ref', '--quiet', 'refs/remotes/origin/HEAD'] });
  const followed = remote?.replace('refs/remotes/origin/', '');
  if (remote !== undefined && followed !== undefined && (await exists(path, remote))) {
    const local = `refs/heads/${followed}`;
    return { branch: followed, ref: (await isAhead(path, local, remote)) ? local : remote };
  }
  const head = await findGitLine({ path, args: ['symbolic-ref', '--quiet', 'HEAD'] });
  const others = ['main', 'master'].flatMap((name) => [`refs/heads/${name}`, `refs/remotes/origin/${name}`]);
  for (const ref of [...(head ? [head] : []), ...others]) {
    if (await exists(path, ref)) return { branch: ref.replace(/^refs\/(heads|remotes\/origin)\//, ''), ref };
  }
  return { branch: head?.replace('refs/heads/', '') ?? 'main', ref: 'HEAD' };
}

/** Whether the local branch has all that the remote's had, as after commits of one's own. */
async function isAhead(path: string, local: string, remote: string): Promise<boolean> {
  if (!(await exists(path, local))) return false;
  return (await findGitLine({ path, args: ['rev-list', '--count', remote, `^${local}`] })) === '0';
}

async function exists(path: string, ref: string): Promise<boolean> {
  return (await findGitLine({ path, args: ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`] })) !== undefined;
}

async function readBoundary(path: string): Promise<Set<string>> {
  const file = await gitPath(path, 'shallow');
  const text = await readFile(file, 'utf8').catch(() => '');
  return new Set(text.split('\n').filter(Boolean));
}

/** Only a partial clone is looked through, up to the first object that is missing. */
async function hasContents(path: string, tip: string | undefined): Promise<boolean> {
  if (tip === undefined) return true;
  const packs = await readdir(await gitPath(path, 'objects/pack')).catch(() => []);
  if (!packs.some((name) => name.endsWith('.promisor'))) return true;
  const args = ['rev-list', '--objects', '--no-object-names', '--missing=print', tip];
  for await (const lines of splitGit({ path, args }, 10)) {
    if (lines.some((line) => line.startsWith('?'))) return false;
  }
  return true;
}

async function gitPath(path: string, name: string): Promise<string> {
  return resolve(path, (await readGit({ path, args: ['rev-parse', '--git-path', name] })).trim());
}
