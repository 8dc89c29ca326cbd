import fc from 'fast-check';
import { GitRepository } from './git-repository.ts';

const kinds = [
  'commit',
  'branch',
  'merge',
  'squash',
  'rebase',
  'cherry-pick',
  'octopus',
  'root',
  'rewind',
  'tag',
] as const;

/** What is done to a repository: each step picks with its numbers among what is there. */
export const steps = fc.array(
  fc.record({ kind: fc.constantFrom('commit' as const, 'branch' as const, ...kinds), pick: fc.nat(), size: fc.nat(2) }),
  { minLength: 4, maxLength: 22 },
);
type Step = (typeof steps extends fc.Arbitrary<infer S> ? S : never)[number];

interface HistoryCommit {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly headline: string;
  /** In seconds since 1970. */
  readonly time: number;
}

interface HistoryPull {
  readonly number: number;
  readonly head: string;
  readonly commits: readonly string[];
  readonly merged: string;
}

export interface History {
  readonly repository: GitRepository;
  readonly commits: readonly HistoryCommit[];
  readonly pulls: readonly HistoryPull[];
  /** By their full names. */
  readonly refs: ReadonlyMap<string, string>;
}

interface Made {
  readonly name: string;
  readonly parents: readonly string[];
  readonly headline: string;
  readonly time: number;
}

const FIRST_SECOND = Date.UTC(2026, 0, 1) / 1_000;

/** A repository as people make it: branches that are merged in every way, gone afterwards, or left. */
class HistoryMaker {
  readonly #git = new GitRepository();
  readonly #made: Made[] = [];
  readonly #branches = new Map<string, string[]>();
  readonly #pulls: { number: number; head: string; commits: string[]; merged: string }[] = [];
  readonly #tags = new Map<string, string>();
  #main: string;

  constructor() {
    this.#main = this.#commit('Start', []);
  }

  take({ kind, pick, size }: Step): void {
    const branches = [...this.#branches.keys()];
    const branch = branches[pick % Math.max(branches.length, 1)];
    if (kind === 'commit') this.#main = this.#commit(`Work ${pick}`, [this.#main]);
    else if (kind === 'branch') this.#branch([this.#pick(pick)], size);
    else if (kind === 'root') this.#branch([], size);
    else if (kind === 'tag') this.#tags.set(`v${this.#tags.size}`, this.#pick(pick));
    else if (kind === 'rewind')
      this.#main = this.#made.find(({ name }) => name === this.#main)?.parents[0] ?? this.#main;
    else if (branch !== undefined && kind === 'octopus') this.#octopus(branches);
    else if (branch !== undefined) this.#land(branch, kind);
  }

  finish(): History {
    const refs = new Map([['refs/heads/main', this.#main]]);
    for (const [name, commits] of this.#branches) refs.set(`refs/heads/${name}`, commits.at(-1) ?? this.#main);
    for (const [name, commit] of this.#tags) refs.set(`refs/tags/${name}`, commit);
    this.#git.build(this.#main);
    const shas = this.#git.shas();
    const sha = (name: string) => shas.get(name) ?? name;
    for (const [ref, commit] of refs) this.#git.git('update-ref', ref, sha(commit));
    return {
      repository: this.#git,
      commits: this.#made.map(({ name, parents, headline, time }) => ({
        sha: sha(name),
        parents: parents.map(sha),
        headline,
        time,
      })),
      pulls: this.#pulls.map(({ number, head, commits, merged }) => ({
        number,
        head: sha(head),
        commits: commits.map(sha),
        merged: sha(merged),
      })),
      refs: new Map([...refs].map(([ref, name]) => [ref, sha(name)])),
    };
  }

  #pick(pick: number): string {
    return this.#made[pick % this.#made.length]?.name ?? this.#main;
  }

  #commit(headline: string, parents: readonly string[]): string {
    const name = `c${this.#made.length}`;
    const time = FIRST_SECOND + this.#made.length * 60;
    this.#git.commit(name, { parents, message: headline, authoredAt: time, committedAt: time, files: {} });
    this.#made.push({ name, parents, headline, time });
    return name;
  }

  #branch(parents: readonly string[], size: number): void {
    const name = `b${this.#made.length}`;
    const commits: string[] = [];
    for (let count = 0; count <= size; count++) {
      const before = commits.at(-1);
      commits.push(this.#commit(`Step ${count} of ${name}`, before === undefined ? parents : [before]));
    }
    this.#branches.set(name, commits);
  }

  #land(name: string, kind: Step['kind']): void {
    const commits = this.#branches.get(name) ?? [];
    const number = this.#pulls.length + 1;
    const head = commits.at(-1) ?? this.#main;
    if (kind === 'merge') this.#main = this.#commit(`Merge pull request #${number} from a/${name}`, [this.#main, head]);
    if (kind === 'squash') this.#main = this.#commit(`Work (#${number})`, [this.#main]);
    if (kind === 'rebase') for (const commit of commits) this.#main = this.#commit(`Again ${commit}`, [this.#main]);
    if (kind === 'cherry-pick') {
      // A commit elsewhere that says to be of a pull request.
      const copied = this.#made.findLast(({ headline }) => headline.includes('#'))?.headline ?? 'Copy';
      commits.push(this.#commit(copied, [head]));
      return;
    }
    this.#pulls.push({ number, head, commits, merged: this.#main });
    this.#branches.delete(name);
  }

  #octopus(branches: readonly string[]): void {
    const tips = branches.slice(0, 3).flatMap((name) => this.#branches.get(name)?.at(-1) ?? []);
    this.#main = this.#commit('Merge branches', [this.#main, ...tips]);
    for (const name of branches.slice(0, 3)) this.#branches.delete(name);
  }
}

export function makeHistory(taken: readonly Step[]): History {
  const maker = new HistoryMaker();
  for (const step of taken) maker.take(step);
  return maker.finish();
}
