import type { CommitGraph } from './commit-graph.ts';

/** What a chain's deployments ship, by their places in the chain: what `attribution.ts` and `rollbacks.ts` find with statements. */
export class ChainWalk {
  readonly #graph: CommitGraph;
  readonly #heads: readonly number[];
  /** By commit: one more than the place of the first deployment that reaches it; 0: none does. */
  readonly #marks: Int32Array;

  /** @param heads the commits of the chain's deployments, all of them in `graph` */
  constructor(graph: CommitGraph, heads: readonly number[]) {
    this.#graph = graph;
    this.#heads = heads;
    this.#marks = new Int32Array(graph.shas.length);
    for (const [place, head] of heads.entries()) this.#mark(head, place + 1);
  }

  /** The place of the first deployment that reaches the commit, or -1. */
  placeOf(commit: number): number {
    return (this.#marks[commit] ?? 0) - 1;
  }

  /** For each rollback, by place, the place of the deployment that it blames. */
  findRollbacks(): Map<number, number> {
    const found = new Map<number, number>();
    for (let place = 1; place < this.#heads.length; place++) {
      const blamed = this.#findBlamed(place);
      if (blamed !== undefined) found.set(place, blamed);
    }
    return found;
  }

  #mark(head: number, mark: number): void {
    const marks = this.#marks;
    if (marks[head] !== 0) return;
    marks[head] = mark;
    const open = [head];
    const visit = (parent: number): void => {
      if (marks[parent] !== 0) return;
      marks[parent] = mark;
      open.push(parent);
    };
    for (let commit = open.pop(); commit !== undefined; commit = open.pop()) this.#graph.eachParent(commit, visit);
  }

  #findBlamed(place: number): number | undefined {
    const [head, before] = [this.#heads[place], this.#heads[place - 1]];
    if (head === undefined || before === undefined || head === before) return undefined;
    // A rollback's commit was there before.
    if (this.placeOf(head) === place || !this.#isAncestor(head, before)) return undefined;
    for (let earlier = place - 1; earlier >= 0; earlier--) {
      const other = this.#heads[earlier];
      if (other !== undefined && this.#isAncestor(other, head)) return earlier + 1;
    }
    return 0;
  }

  /** What a deployment before the first one of `ancestor` reaches can not be a descendant, so the walk ends there. */
  #isAncestor(ancestor: number, descendant: number): boolean {
    const least = this.placeOf(ancestor);
    if (ancestor === descendant) return true;
    if (this.placeOf(descendant) < least) return false;
    const seen = new Set([descendant]);
    for (const commit of seen) {
      this.#graph.eachParent(commit, (parent) => {
        if (this.placeOf(parent) >= least) seen.add(parent);
      });
      if (seen.has(ancestor)) return true;
    }
    return false;
  }
}
