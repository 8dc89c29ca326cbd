import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const PEOPLE = 500;
const FIRST_SECOND = Date.UTC(2015, 0, 1) / 1_000;

/** A bare repository with so many commits on its branch, every eighth of them a merge, that may be cloned in part. */
export async function makeRepository(folder: string, commits: number): Promise<string> {
  const path = join(folder, 'made.git');
  await run(['init', '--quiet', '--bare', '--initial-branch=main', path]);
  await run(['-C', path, 'config', 'uploadpack.allowFilter', 'true']);
  await run(['-C', path, 'fast-import', '--quiet'], script(commits));
  return path;
}

function* script(commits: number): Generator<string> {
  for (let mark = 1; mark <= commits; mark += 1) {
    const message = `Change ${mark}\n\nWhat it was for, in a line or two, as people write.\n`;
    const person = `Person ${mark % PEOPLE} <person${mark % PEOPLE}@example.com> ${FIRST_SECOND + mark * 300} +0000`;
    const merged = mark % 8 === 0 && mark > 8 ? `merge :${mark - 5}\n` : '';
    yield `commit refs/heads/main\nmark :${mark}\nauthor ${person}\ncommitter ${person}\ndata ${message.length}\n${message}` +
      (mark === 1 ? '' : `from :${mark - 1}\n${merged}`) +
      `M 100644 inline file${mark % 50}\ndata ${String(mark).length}\n${mark}\n`;
  }
}

async function run(args: readonly string[], input: Iterable<string> = []): Promise<void> {
  const git = spawn('git', args, { stdio: ['pipe', 'ignore', 'inherit'] });
  const closed = once(git, 'close');
  await pipeline(Readable.from(input), git.stdin);
  const [code] = await closed;
  if (code !== 0) throw new Error(`git ${args.join(' ')} ended with ${String(code)}`);
}
