import { sane } from './git-log.ts';
import { splitGit } from './git-process.ts';

const SHA_BYTES = 20;

/**
 * The history of a branch, cut into the steps of its first parents: step by step, what each push or merge brought in.
 * Held as 28 bytes a commit, so that a million of them fit.
 */
export interface GitHistory {
  readonly commits: number;
  /** Distinct emails of authors after the mailmap, in lower case. */
  readonly authors: number;
  /** Oldest first. */
  readonly steps: readonly HistoryStep[];
  /** The commits of a step, parents before children; the last is the branch's own, the others came by its merge. */
  shasOf(step: number): string[];
  /** All commits, step by step. */
  shas(): Generator<string>;
  /** The step whose last commit this is. */
  findStep(sha: string): number | undefined;
}

interface HistoryStep {
  readonly size: number;
  /** The earliest authored time among its commits, in seconds since 1970. */
  readonly authored: number;
  /** When its last commit was committed, in seconds since 1970. */
  readonly committed: number;
}

/** @param tip a sha; undefined for a branch without commits */
export async function readHistory(path: string, tip: string | undefined): Promise<GitHistory> {
  const walk = new Walk(tip);
  if (tip !== undefined) {
    const args = ['log', '--topo-order', '--format=%H %P%n%at %ct%n%aE', tip, '--'];
    let lines: string[] = [];
    for await (const more of splitGit({ path, args }, 10)) {
      lines = lines.concat(more);
      const whole = lines.length - (lines.length % 3);
      for (let i = 0; i < whole; i += 3) walk.visit(lines[i] ?? '', lines[i + 1] ?? '', lines[i + 2] ?? '');
      lines = lines.slice(whole);
    }
  }
  return walk.finish();
}

/** Visits commits children first. A commit belongs to the oldest step that reaches it. */
class Walk {
  readonly #authors = new Set<string>();
  /** For commits that a child has named and that are still to come: their oldest step so far, counted from the tip. */
  readonly #expected = new Map<string, number>();
  #shas = Buffer.alloc(SHA_BYTES * 1024);
  readonly #depths: number[] = [];
  readonly #steps: { size: number; authored: number; committed: number }[] = [];
  #nextOnBranch: string | undefined;

  constructor(tip: string | undefined) {
    this.#nextOnBranch = tip;
  }

  visit(commit: string, times: string, email: string): void {
    const [sha = '', ...parents] = commit.trimEnd().split(' ');
    const [authored = 0, committed = 0] = times.split(' ').map((time) => sane(Number(time)));
    this.#authors.add(email.toLowerCase());
    let depth = this.#expected.get(sha) ?? 0;
    this.#expected.delete(sha);
    if (sha === this.#nextOnBranch) {
      depth = this.#steps.push({ size: 0, authored, committed }) - 1;
      this.#nextOnBranch = parents[0];
    }
    const step = this.#steps[depth];
    if (!step) throw new Error(`git listed ${sha} before its children`);
    step.size += 1;
    step.authored = Math.min(step.authored, authored);
    for (const parent of parents) this.#expected.set(parent, Math.max(depth, this.#expected.get(parent) ?? 0));
    this.#keep(sha, depth);
  }

  finish(): GitHistory {
    const commits = this.#depths.length;
    const steps = this.#steps.toReversed();
    const starts = new Int32Array(steps.length + 1);
    for (const [index, { size }] of steps.entries()) starts[index + 1] = (starts[index] ?? 0) + size;
    const shas = Buffer.alloc(commits * SHA_BYTES);
    const filled = starts.slice();
    for (let i = commits - 1; i >= 0; i -= 1) {
      const step = steps.length - 1 - (this.#depths[i] ?? 0);
      const place = filled[step] ?? 0;
      filled[step] = place + 1;
      this.#shas.copy(shas, place * SHA_BYTES, i * SHA_BYTES, (i + 1) * SHA_BYTES);
    }
    return createHistory({ authors: this.#authors.size, steps, starts, shas });
  }

  #keep(sha: string, depth: number): void {
    const offset = this.#depths.length * SHA_BYTES;
    if (offset === this.#shas.length) this.#shas = Buffer.concat([this.#shas, Buffer.alloc(offset)]);
    this.#shas.write(sha, offset, 'hex');
    this.#depths.push(depth);
  }
}

interface StepTable {
  authors: number;
  steps: readonly HistoryStep[];
  /** Of each step, the place of its first commit. */
  starts: Int32Array;
  shas: Buffer;
}

function createHistory({ authors, steps, starts, shas }: StepTable): GitHistory {
  const commits = shas.length / SHA_BYTES;
  const shaAt = (place: number) => shas.toString('hex', place * SHA_BYTES, (place + 1) * SHA_BYTES);
  let byLastSha: Map<string, number> | undefined;
  return {
    commits,
    authors,
    steps,
    shasOf(step) {
      const [from = 0, to = 0] = starts.subarray(step, step + 2);
      return Array.from({ length: to - from }, (_, i) => shaAt(from + i));
    },
    *shas() {
      for (let place = 0; place < commits; place += 1) yield shaAt(place);
    },
    findStep(sha) {
      byLastSha ??= new Map(steps.map((_, step) => [shaAt((starts[step + 1] ?? 0) - 1), step]));
      return byLastSha.get(sha);
    },
  };
}
