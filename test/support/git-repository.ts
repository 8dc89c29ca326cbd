import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export interface TestCommit {
  /** The commits before it, by their names here; none: a root. */
  parents?: readonly string[];
  message?: string | Buffer;
  author?: string | Buffer;
  email?: string;
  committerEmail?: string;
  /** In seconds since 1970; a minute after the commit before, unless given. */
  authoredAt?: number;
  committedAt?: number;
  /** Whole contents by path; null removes one. A file of its own unless given. */
  files?: Record<string, string | null>;
}

export const FIRST_SECOND = Date.UTC(2024, 0, 1) / 1_000;

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'shiplog-git-'));
  folders.push(folder);
  return folder;
}

/** A real git repository in a temporary folder, gone when the test file is done. */
export class GitRepository {
  readonly path: string;
  readonly #marks = new Map<string, number>();
  readonly #script: Buffer[] = [];
  #clock = FIRST_SECOND;

  constructor({ folder = 'project', bare = false }: { folder?: string; bare?: boolean } = {}) {
    this.path = join(makeFolder(), folder);
    execFileSync('git', ['init', '--quiet', '--initial-branch=main', ...(bare ? ['--bare'] : []), this.path]);
  }

  /** Adds a commit, known here by `name`; its message is the name unless given. */
  commit(name: string, commit: TestCommit = {}): this {
    this.#clock += 60;
    const { parents = [], message = name, author = 'Ada', email = 'ada@example.com', files } = commit;
    const { authoredAt = this.#clock, committedAt = this.#clock, committerEmail = email } = commit;
    this.#marks.set(name, this.#marks.size + 1);
    if (parents.length === 0) this.#write('reset refs/import/tip');
    this.#write('commit refs/import/tip', `mark :${this.#marks.size}`);
    this.#write(
      Buffer.concat([Buffer.from('author '), Buffer.from(author), Buffer.from(` <${email}> ${authoredAt} +0000`)]),
    );
    this.#write(`committer Carl <${committerEmail}> ${committedAt} +0000`);
    this.#data(message);
    for (const [index, parent] of parents.entries()) {
      this.#write(`${index === 0 ? 'from' : 'merge'} :${this.#marks.get(parent)}`);
    }
    for (const [path, content] of Object.entries(files ?? { [`${name}.txt`]: `${name}\n` })) {
      if (content === null) this.#write(`D ${path}`);
      else {
        this.#write(`M 100644 inline ${path}`);
        this.#data(content);
      }
    }
    return this;
  }

  /** Writes what was added, and points the branch to a commit of it. */
  build(tip: string, branch = 'main'): this {
    const marks = join(this.path, '..', 'marks');
    const input = Buffer.concat(this.#script.splice(0));
    if (input.length > 0) {
      const options = ['--quiet', '--force', '--date-format=raw-permissive'];
      const files = [`--import-marks-if-exists=${marks}`, `--export-marks=${marks}`];
      execFileSync('git', ['-C', this.path, 'fast-import', ...options, ...files], { input });
    }
    this.git('update-ref', `refs/heads/${branch}`, this.sha(tip));
    return this;
  }

  sha(name: string): string {
    const marks = execFileSync('cat', [join(this.path, '..', 'marks')], { encoding: 'utf8' });
    const sha = new RegExp(`^:${this.#marks.get(name)} ([0-9a-f]{40})$`, 'm').exec(marks)?.[1];
    if (!sha) throw new Error(`no commit ${name}`);
    return sha;
  }

  git(...args: readonly string[]): string {
    return runGit(this.path, ...args);
  }

  #write(...lines: readonly (string | Buffer)[]): void {
    for (const line of lines) this.#script.push(Buffer.from(line), Buffer.from('\n'));
  }

  #data(content: string | Buffer): void {
    const bytes = Buffer.from(content);
    this.#write(`data ${bytes.length}`, bytes);
  }
}

const identity = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  GIT_COMMITTER_DATE: '2024-06-01T12:00:00Z',
};

export function runGit(path: string, ...args: readonly string[]): string {
  const output = execFileSync('git', ['-C', path, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...identity },
  });
  return output.trim();
}

/** A clone of a clone, as `git clone` with options makes it. */
export function cloneRepository(source: string, ...options: readonly string[]): string {
  const path = join(makeFolder(), 'clone');
  execFileSync('git', ['clone', '--quiet', ...options, `file://${source}`, path], { stdio: 'ignore' });
  return path;
}
