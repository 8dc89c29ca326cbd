import type { CursorState } from './sync-cursor.ts';

/** What a cursor says of how far it is. */
export interface CursorProgress {
  readonly state: CursorState;
  readonly phase: 'recent' | 'rest';
  readonly floor: Date | null;
  readonly items: number;
  readonly total: number | null;
  readonly worked_ms: number;
}

export interface Progress {
  readonly done: number;
  /** Null: GitHub has not told, or does not tell it of a part of the history. */
  readonly total: number | null;
}

export const isOpen = ({ state }: Pick<CursorProgress, 'state'>): boolean => state === 'pending' || state === 'running';

/** Of a pass that has ended, all there was; of one down to a floor, how many lie above it nobody tells. */
export function progressOf(cursor: CursorProgress): Progress {
  if (!isOpen(cursor)) return { done: cursor.items, total: cursor.items };
  const total = cursor.floor === null ? cursor.total : null;
  return { done: cursor.items, total: total === null ? null : Math.max(total, cursor.items) };
}

/** The sum; its total is unknown as soon as one is. */
export function sumProgress(parts: readonly Progress[]): Progress {
  let done = 0;
  let total: number | null = 0;
  for (const part of parts) {
    done += part.done;
    total = total === null || part.total === null ? null : total + part.total;
  }
  return { done, total };
}

/** Items a minute, over the time in which they were asked for; null before the first page. */
export function rateOf(cursors: readonly CursorProgress[]): number | null {
  const workedMs = cursors.reduce((sum, { worked_ms }) => sum + worked_ms, 0);
  const items = cursors.reduce((sum, cursor) => sum + cursor.items, 0);
  return workedMs === 0 ? null : Math.round((items / workedMs) * 60_000);
}

export function timeLeft({ done, total }: Progress, ratePerMinute: number | null): number | null {
  if (total === null || ratePerMinute === null) return null;
  if (done >= total) return 0;
  return ratePerMinute === 0 ? null : Math.ceil(((total - done) / ratePerMinute) * 60);
}

export interface MinuteCounts {
  readonly now: Date;
  readonly minute: Date | null;
  readonly minute_items: number;
  readonly last_minute_items: number;
  /** When what runs was asked for. */
  readonly since: Date;
}

/** Items a minute over the last sixty seconds, or since it began. */
export function currentRate({ now, minute, minute_items, last_minute_items, since }: MinuteCounts): number {
  if (minute === null) return 0;
  const intoMinute = (now.getTime() - minute.getTime()) / 60_000;
  if (intoMinute >= 2) return 0;
  const [current, previous, into] =
    intoMinute >= 1 ? [0, minute_items, intoMinute - 1] : [minute_items, last_minute_items, intoMinute];
  const items = current + previous * (1 - into);
  const window = Math.min(1, Math.max(1 / 60, (now.getTime() - since.getTime()) / 60_000));
  return Math.round(items / window);
}
