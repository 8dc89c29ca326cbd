import type { Answer } from './answer.ts';

interface Kept {
  readonly etag: string;
  readonly answer: Answer;
  readonly size: number;
}

// In characters of JSON.
const MOST_IN_ALL = 16 * 1024 * 1024;
const MOST_OF_ONE = 512 * 1024;

/** The last answers, for asking whether they still hold: GitHub's 304 costs no budget. */
export class Etags {
  readonly #kept = new Map<string, Kept>();
  #size = 0;

  find(key: string): Kept | undefined {
    const kept = this.#kept.get(key);
    if (!kept) return undefined;
    // The map's order is that of use.
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept;
  }

  keep(key: string, answer: Answer): void {
    this.#remove(key);
    const etag = answer.headers['etag'];
    const size = etag === undefined ? 0 : JSON.stringify(answer.data ?? null).length;
    if (etag === undefined || size > MOST_OF_ONE) return;
    this.#kept.set(key, { etag, answer, size });
    this.#size += size;
    for (const oldest of this.#kept.keys()) {
      if (this.#size <= MOST_IN_ALL) break;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    this.#size -= this.#kept.get(key)?.size ?? 0;
    this.#kept.delete(key);
  }
}
