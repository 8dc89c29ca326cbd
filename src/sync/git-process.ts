import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ConfigError } from '../errors.ts';
import { readGitEnvironment } from './git-environment.ts';

export interface GitCommand {
  /** Anywhere in the clone. */
  readonly path: string;
  readonly args: readonly string[];
  /** For its standard input. */
  readonly lines?: Iterable<string>;
}

// What a user's own settings would change in the output, and no fetching of what a partial clone left out.
const settings = [
  'i18n.logOutputEncoding=UTF-8',
  'log.showRoot=true',
  'log.showSignature=false',
  'diff.algorithm=myers',
  'diff.renames=true',
  'diff.renameLimit=1000',
  'diff.relative=false',
  'protocol.allow=never',
].flatMap((setting) => ['-c', setting]);

/** git ended with an error; the message has git's own words. */
export class GitError extends Error {
  override readonly name = 'GitError';
}

/**
 * Runs git and gives its output as it comes; whoever stops reading ends it.
 * @throws GitError
 */
async function* streamGit({ path, args, lines }: GitCommand): AsyncGenerator<Buffer> {
  const git = spawn('git', ['-C', path, '--no-pager', ...settings, ...args], {
    stdio: [lines ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    env: readGitEnvironment(),
  });
  const closed = once(git, 'close').catch(explainSpawnError);
  const complaint = git.stderr ? readTail(git.stderr) : '';
  // git that ends early closes its input; its exit code tells why.
  if (lines && git.stdin) pipeline(Readable.from(chunksOf(lines)), git.stdin).catch(() => {});
  try {
    if (git.stdout) yield* git.stdout;
    const [code] = await closed;
    if (code !== 0) throw new GitError(`git ${args[0]} failed: ${(await complaint).trim() || `exit code ${code}`}`);
  } finally {
    git.kill();
  }
}

/** @returns all of its output, as text */
export async function readGit(command: GitCommand): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of streamGit(command)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** @returns its output in one line, or undefined when git says no */
export async function findGitLine(command: GitCommand): Promise<string | undefined> {
  try {
    return (await readGit(command)).trim() || undefined;
  } catch (error) {
    if (error instanceof GitError) return undefined;
    throw error;
  }
}

/** The parts of git's output between `separator` bytes; what follows the last one is a part too, unless empty. */
export async function* splitGit(command: GitCommand, separator: 0 | 10): AsyncGenerator<string[]> {
  let rest: Buffer[] = [];
  for await (const chunk of streamGit(command)) {
    const parts: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(separator); end !== -1; end = chunk.indexOf(separator, start)) {
      const part = chunk.subarray(start, end);
      parts.push((rest.length === 0 ? part : Buffer.concat([...rest, part])).toString('utf8'));
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
    if (parts.length > 0) yield parts;
  }
  if (rest.length > 0) yield [Buffer.concat(rest).toString('utf8')];
}

function* chunksOf(lines: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < 16_384) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

async function readTail(stream: Readable): Promise<string> {
  let tail = '';
  for await (const chunk of stream) tail = `${tail}${String(chunk)}`.slice(-2_000);
  return tail;
}

function explainSpawnError(cause: unknown): never {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
    throw new ConfigError('git was not found. Install git, or put it on the PATH.', { cause });
  }
  throw cause;
}
