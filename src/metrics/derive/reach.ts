import type { CommitGraph } from './commit-graph.ts';

/** What some commits reach, as far as the history is known. */
export class Reach {
  readonly #graph: CommitGraph;
  readonly #reached: Uint8Array;
  readonly #ends = new Set<number>();

  constructor(graph: CommitGraph, heads: readonly string[]) {
    this.#graph = graph;
    const starts = heads.map((sha) => graph.numberOf(sha));
    this.#reached = new Uint8Array(graph.shas.length);
    const open: number[] = [];
    const visit = (commit: number, from: number): void => {
      if (this.#reached[commit] === 1) return;
      this.#reached[commit] = 1;
      if (!graph.isKnown(commit)) this.#ends.add(from);
      open.push(commit);
    };
    for (const start of starts) visit(start, start);
    for (let commit = open.pop(); commit !== undefined; commit = open.pop()) {
      const from = commit;
      graph.eachParent(from, (parent) => visit(parent, from));
    }
  }

  has(sha: string): boolean {
    return this.#reached[this.#graph.numberOf(sha)] === 1;
  }

  /** Where it was not followed on, the last commit that is known, or a head: what is hidden is not younger. */
  get ends(): string[] {
    return [...this.#ends].map((commit) => this.#graph.shas[commit] ?? '');
  }
}
