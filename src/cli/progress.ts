const BAR = 24;
const EVERY_MS = 100;
const EVERY_PLAIN_MS = 5_000;

interface State {
  readonly done: number;
  readonly total: number | null;
  readonly tail: string | undefined;
  readonly seconds: number;
}

export interface ProgressUpdate {
  readonly label: string;
  readonly done: number;
  /** Null: nobody knows; then there is no bar. */
  readonly total: number | null;
  /** In place of the rate and the time left, for whoever knows better. */
  readonly tail?: string;
}

/** Shows how far a piece of work has come: a bar on a terminal, now and then a line elsewhere. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  #label = '';
  #startedAt = 0;
  #shownAt = 0;
  #state: State | undefined;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** A new label ends the bar of the one before and starts its own. */
  update({ label, done, total, tail }: ProgressUpdate): void {
    const now = performance.now();
    if (label !== this.#label) {
      this.finish();
      this.#label = label;
      this.#startedAt = now;
      this.#shownAt = now;
    }
    this.#state = { done, total, tail, seconds: (now - this.#startedAt) / 1_000 };
    if (now - this.#shownAt < (this.#stream.isTTY ? EVERY_MS : EVERY_PLAIN_MS)) return;
    this.#shownAt = now;
    this.#show();
  }

  /** Writes a line of its own. */
  note(text: string): void {
    this.#stream.write(`${this.#clear()}${text}\n`);
    if (this.#stream.isTTY) this.#show();
  }

  /** Leaves the last state in view. */
  finish(): void {
    this.#show();
    if (this.#state && this.#stream.isTTY) this.#stream.write('\n');
    this.#label = '';
    this.#state = undefined;
  }

  #describe({ done, total, tail, seconds }: State): string {
    const label = this.#label.padEnd(9);
    if (total === null) return `  ${label} ${formatCount(done)} so far, ${tail ?? formatRate({ done, seconds })}`;
    const part = total === 0 ? 1 : Math.min(done / total, 1);
    const bar = this.#stream.isTTY ? `${'█'.repeat(Math.round(part * BAR)).padEnd(BAR, '░')} ` : '';
    const percent = `${Math.floor(part * 100)} %`.padStart(5);
    const counts = `${formatCount(done)} of ${formatCount(total)}`;
    return `  ${label} ${bar}${percent}  ${counts}, ${tail ?? formatRate({ done, total, seconds })}`;
  }

  #show(): void {
    if (!this.#state) return;
    const line = this.#describe(this.#state);
    if (!this.#stream.isTTY) this.#stream.write(`${line}\n`);
    else this.#stream.write(`${this.#clear()}${line.slice(0, (this.#stream.columns || 80) - 1)}`);
  }

  #clear(): string {
    return this.#stream.isTTY ? '\r\x1b[K' : '';
  }
}

export function formatCount(count: number): string {
  return count.toLocaleString('en');
}

/** `1 commit`, `1,856 commits` */
export function formatCounted(count: number, one: string): string {
  return `${formatCount(count)} ${one}${count === 1 ? '' : 's'}`;
}

function formatRate({ done, total = done, seconds }: { done: number; total?: number; seconds: number }): string {
  const rate = seconds > 0 ? done / seconds : 0;
  const left = done < total && rate > 0 ? `, ${formatDuration((total - done) / rate)} left` : '';
  return `${formatCount(Math.round(rate))}/s${left}`;
}

export function formatDuration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
