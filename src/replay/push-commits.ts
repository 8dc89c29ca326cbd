import type { SourceCommit } from '../sync/commit-source.ts';
import type { ReplayedRepository } from './identity.ts';
import { type PushedCommit, pushedCommit } from './push-payload.ts';

/** GitHub's limits: commits of a push, and (25 MB) bytes of a payload, less what surrounds them. */
const MOST_COMMITS = 2_048;
const MOST_BYTES = 24 * 1024 * 1024;

/** The commits of one push: all of them, or the newest that fit, as GitHub does it. */
export class PushCommits {
  readonly #repository: ReplayedRepository;
  #commits: { readonly commit: PushedCommit; readonly bytes: number }[] = [];
  #first = 0;
  #bytes = 0;

  constructor(repository: ReplayedRepository) {
    this.#repository = repository;
  }

  add(source: SourceCommit): void {
    const commit = pushedCommit(source, this.#repository);
    const bytes = Buffer.byteLength(JSON.stringify(commit)) + 1;
    this.#commits.push({ commit, bytes });
    this.#bytes += bytes;
    while (this.#commits.length - this.#first > MOST_COMMITS || this.#bytes > MOST_BYTES) this.#dropOldest();
  }

  /** Empties it. */
  take(): PushedCommit[] {
    const commits = this.#commits.slice(this.#first).map(({ commit }) => commit);
    this.#commits = [];
    this.#first = 0;
    this.#bytes = 0;
    return commits;
  }

  #dropOldest(): void {
    this.#bytes -= this.#commits[this.#first]?.bytes ?? 0;
    this.#first += 1;
    if (this.#first < MOST_COMMITS) return;
    this.#commits = this.#commits.slice(this.#first);
    this.#first = 0;
  }
}
