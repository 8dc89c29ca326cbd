import { rm } from 'node:fs/promises';
import type { SourceCommit } from './commit-source.ts';
import { readLog } from './git-log.ts';
import { findGitLine } from './git-process.ts';
import { clonePath, ensureHistoryClone, type HistoryClone, removeIdleClone, touchClone } from './history-clone.ts';

/** Where a reader of a history is. */
export interface HistoryPlace {
  readonly head: string;
  /** How many commits have been read. */
  readonly done: number;
}

export interface ClonedPage {
  readonly commits: readonly SourceCommit[];
  /** Null at the end, when the clone is gone as well. */
  readonly next: HistoryPlace | null;
}

interface Parked extends HistoryPlace {
  readonly repositoryId: number;
  readonly log: AsyncIterator<SourceCommit>;
  readonly timer: NodeJS.Timeout;
}

type Wanted = Omit<HistoryClone, 'directory' | 'signal'>;

/** Longer than a page takes to be stored; whoever does not come back by then has enough, or a worker elsewhere goes on. */
const PARKED_MS = 10 * 60_000;

/**
 * Reads histories from clones, page by page. Between two pages git stays where it is; a place where no git is, as after
 * a restart, is found by skipping.
 */
export class CloneReader {
  readonly #directory: string;
  readonly #parked = new Map<number, Parked>();
  readonly #stopped = new AbortController();

  constructor(directory: string) {
    this.#directory = directory;
  }

  async readPage(wanted: Wanted, { place, size }: { place: HistoryPlace; size: number }): Promise<ClonedPage> {
    const { repositoryId } = wanted;
    const { log, head, done } = (await this.#resume(wanted, place)) ?? (await this.#open(wanted, place));
    const commits: SourceCommit[] = [];
    try {
      while (commits.length < size) {
        const { value, done: ended } = await log.next();
        if (ended === true) {
          await this.#remove(repositoryId);
          return { commits, next: null };
        }
        commits.push(value);
      }
    } catch (error) {
      // A clone that can not be read is made anew.
      await this.#remove(repositoryId);
      throw error;
    }
    const next = { head, done: done + commits.length };
    this.#park({ repositoryId, log, ...next });
    return { commits, next };
  }

  /** Ends what runs; clones stay for whoever goes on. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    for (const { log, timer } of this.#parked.values()) {
      clearTimeout(timer);
      await log.return?.();
    }
    this.#parked.clear();
  }

  async #resume({ repositoryId }: Wanted, { head, done }: HistoryPlace): Promise<Parked | undefined> {
    const parked = this.#parked.get(repositoryId);
    if (!parked) return undefined;
    clearTimeout(parked.timer);
    this.#parked.delete(repositoryId);
    if (parked.head === head && parked.done === done) {
      await touchClone(this.#path(repositoryId));
      return parked;
    }
    await parked.log.return?.();
    return undefined;
  }

  /** A head that is gone, by a force-push, gives way to the one that is there. */
  async #open(wanted: Wanted, place: HistoryPlace): Promise<HistoryPlace & { log: AsyncIterator<SourceCommit> }> {
    const path = await ensureHistoryClone({ ...wanted, directory: this.#directory, signal: this.#stopped.signal });
    const found = await findGitLine({ path, args: ['rev-parse', '--verify', '--quiet', `${place.head}^{commit}`] });
    const head = found ?? (await findGitLine({ path, args: ['rev-parse', '--verify', 'HEAD'] })) ?? place.head;
    const done = head === place.head ? place.done : 0;
    const revisions = [`--skip=${done}`, head];
    return { head, done, log: readLog({ path, revisions, counts: false, asCommitted: true })[Symbol.asyncIterator]() };
  }

  #park(parked: Omit<Parked, 'timer'>): void {
    const { repositoryId, log } = parked;
    const leave = async () => {
      await log.return?.();
      await removeIdleClone(this.#path(repositoryId), PARKED_MS);
    };
    const timer = setTimeout(() => {
      this.#parked.delete(repositoryId);
      // Another process may read it still; what stays now is removed a day later.
      leave().catch(() => {});
    }, PARKED_MS).unref();
    this.#parked.set(repositoryId, { ...parked, timer });
  }

  #remove(repositoryId: number): Promise<void> {
    return rm(this.#path(repositoryId), { recursive: true, force: true });
  }

  #path(repositoryId: number): string {
    return clonePath({ directory: this.#directory, repositoryId });
  }
}
