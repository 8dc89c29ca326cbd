import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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

const FIRST_SECOND = Date.UTC(2024, 0, 1) / 1_000;

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
    const sha = this.shas().get(name);
    if (sha === undefined) throw new Error(`no commit ${name}`);
    return sha;
  }

  /** Of all commits, by their names here. */
  shas(): ReadonlyMap<string, string> {
    const lines = readFileSync(join(this.path, '..', 'marks'), 'utf8').split('\n');
    const byMark = new Map(lines.map((line) => [Number(line.slice(1).split(' ')[0]), line.split(' ')[1]]));
    return new Map([...this.#marks].flatMap(([name, mark]) => [[name, byMark.get(mark) ?? '']]));
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

/**
 * A history with everything that a replay has to tell: merged and squashed pull requests, direct pushes, an octopus
 * merge, branches that merged each other, numbers that come twice, tags of all kinds.
 */
export function sampleRepository(): GitRepository {
  const repository = new GitRepository({ folder: 'sample', bare: true })
    .commit('start', { files: { 'start.txt': 'start\n', '.mailmap': 'Bob <bob@example.com> <bob@old.example.com>\n' } })
    .commit('direct', { parents: ['start'], email: 'bob@old.example.com' })
    .commit('work 1', { parents: ['direct'], author: 'Zoë 王', email: 'zoe@example.com' })
    .commit('work 2', { parents: ['work 1'], message: 'Work\n\nCo-authored-by: Eve <eve@example.com>\n' })
    .commit('merge 1', {
      parents: ['direct', 'work 2'],
      message: 'Merge pull request #1 from acme/feature/work\n\nAdd work\n\nIn two steps.\n',
      files: { 'work 1.txt': 'work 1\n', 'work 2.txt': 'work 2\n' },
    })
    .commit('squash 2', { parents: ['merge 1'], message: 'Fix it (#2)\n\n* one\n* two\n', email: 'Bob@Example.com' })
    .commit('again 2', { parents: ['squash 2'], message: 'Fix it (#2)\n', files: {} })
    .commit('left', { parents: ['squash 2'] })
    .commit('inner', { parents: ['left'], message: 'Merge pull request #7 from acme/inner\n\nInner\n' })
    .commit('right', {
      parents: ['merge 1', 'left'],
      author: Buffer.from('Jos\xe9', 'latin1'),
      email: 'jose@example.com',
    })
    .commit('octopus', { parents: ['again 2', 'inner', 'right'], message: 'Merge branches inner and right\n' })
    .commit('revert', { parents: ['octopus'], message: 'Revert "Fix it (#2)" (#5)\n\nReverts acme/sample#2\n' })
    .commit('elsewhere', { parents: ['direct'], message: 'A release branch' })
    .build('revert');
  repository.git('tag', 'v1.0.0', repository.sha('merge 1'));
  repository.git('tag', '-a', 'v1.1.0-rc.1', '-m', 'candidate', repository.sha('octopus'));
  repository.git('tag', '-a', 'nested', '-m', 'a tag of a tag', 'v1.1.0-rc.1');
  repository.git('tag', 'v0.9.1', repository.sha('elsewhere'));
  repository.git('tag', 'a-file', repository.git('rev-parse', 'main:start.txt'));
  return repository;
}
