import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';
import { readPages } from './read-pages.ts';

/**
 * The history of a repository in memory: commits by number, each with the numbers of its parents. A million of them
 * take a few seconds and some hundred megabytes, where a walk by look-ups in an index takes minutes.
 */
export class CommitGraph {
  readonly shas: string[] = [];
  readonly #numbers = new Map<string, number>();
  /** By commit: its only parent, `NONE`, `UNKNOWN`, or, below these, the place of several in `#several`. */
  readonly #parents: number[] = [];
  readonly #several: (readonly number[])[] = [];

  add(sha: string, parents: readonly string[] | null): void {
    const commit = this.numberOf(sha);
    if (parents === null) return;
    const [first] = parents;
    if (first === undefined) this.#parents[commit] = NONE;
    else if (parents.length === 1) this.#parents[commit] = this.numberOf(first);
    else this.#parents[commit] = SEVERAL - (this.#several.push(parents.map((parent) => this.numberOf(parent))) - 1);
  }

  /** A commit of which nothing is known has a number, too. */
  numberOf(sha: string): number {
    const known = this.#numbers.get(sha);
    if (known !== undefined) return known;
    const next = this.shas.push(sha) - 1;
    this.#parents.push(UNKNOWN);
    this.#numbers.set(sha, next);
    return next;
  }

  isKnown(commit: number): boolean {
    return this.#parents[commit] !== UNKNOWN;
  }

  /** Calls `visit` with each parent, as far as they are known. */
  eachParent(commit: number, visit: (parent: number) => void): void {
    const parent = this.#parents[commit] ?? UNKNOWN;
    if (parent >= 0) visit(parent);
    else if (parent <= SEVERAL) for (const one of this.#several[SEVERAL - parent] ?? []) visit(one);
  }
}

const NONE = -1;
const UNKNOWN = -2;
const SEVERAL = -3;

export async function readCommitGraph(trx: Trx, { tenantId, repositoryId }: Place): Promise<CommitGraph> {
  const graph = new CommitGraph();
  const commits = sql<{ sha: string; parents: string | null }>`
    select sha, array_to_string(parents, ' ') as parents from commits
    where tenant_id = ${sql.lit(tenantId)} and repository_id = ${sql.lit(repositoryId)}`;
  for await (const rows of readPages(trx, 'commit_graph', commits)) {
    for (const { sha, parents } of rows) graph.add(sha, parents === '' ? [] : (parents?.split(' ') ?? null));
  }
  return graph;
}
