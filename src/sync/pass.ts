import type { Page } from './entity.ts';
import { MOST_ITEMS, type SyncCursor } from './sync-cursor.ts';

const DAY_MS = 86_400_000;
const RECENT_DAYS = 90;

export interface PageRead {
  readonly page: Pick<Page, 'cursor' | 'items' | 'total' | 'oldest'>;
  /** By the database's clock, before GitHub was asked. */
  readonly startedAt: Date;
  readonly requests: number;
  readonly workedMs: number;
}

/** Where the cursor stands after a page. A pass runs from the newest down to its floor. */
export function afterPage(cursor: SyncCursor, read: PageRead, horizonDays: number | null): SyncCursor {
  const { page } = read;
  const pass_started_at = cursor.pass_started_at ?? read.startedAt;
  const floor = floorOf({ ...cursor, pass_started_at }, horizonDays);
  const next: SyncCursor = {
    ...cursor,
    state: 'running',
    pass_started_at,
    floor,
    cursor: page.cursor,
    ...(isFollowUp(cursor) ? {} : { items: cursor.items + page.items, worked_ms: cursor.worked_ms + read.workedMs }),
    total: page.total ?? cursor.total,
    requests: cursor.requests + read.requests,
    page_size: grown(cursor.page_size),
    attempts: 0,
    error: null,
  };
  if (page.cursor === null || isBelow(page.oldest, floor)) return completed(next);
  const recent = new Date(pass_started_at.getTime() - RECENT_DAYS * DAY_MS);
  return isBelow(page.oldest, recent) ? { ...next, phase: 'rest' } : next;
}

/** A short pass over what is new since one that was counted: what it reads was counted, but for what is new. */
function isFollowUp({ floor, covered_until }: SyncCursor): boolean {
  return floor !== null && covered_until !== null && floor >= covered_until;
}

/** The later of what was asked for and the horizon; null: there is none. */
function floorOf(cursor: SyncCursor & { pass_started_at: Date }, horizonDays: number | null): Date | null {
  if (horizonDays === null) return cursor.floor;
  const horizon = new Date(cursor.pass_started_at.getTime() - horizonDays * DAY_MS);
  return cursor.floor === null || cursor.floor < horizon ? horizon : cursor.floor;
}

/** Down to when history is kept, as of now; undefined: all of it. */
export function sinceHorizon(horizonDays: number | null): Date | undefined {
  return horizonDays === null ? undefined : new Date(Date.now() - horizonDays * DAY_MS);
}

function isBelow(oldest: string | null, floor: Date | null): boolean {
  return oldest !== null && floor !== null && Date.parse(oldest) < floor.getTime();
}

/** Back by a quarter a page: a size that failed is not tried again at once. */
function grown(pageSize: number): number {
  return Math.min(MOST_ITEMS, pageSize + Math.ceil(pageSize / 4));
}

function completed(cursor: SyncCursor): SyncCursor {
  const done = { ...cursor, ...coverage(cursor), cursor: null };
  if (!cursor.again) return { ...done, state: 'done' };
  return {
    ...done,
    state: 'pending',
    phase: 'recent',
    again: false,
    floor: cursor.pass_started_at,
    pass_started_at: null,
    requests: 0,
    worked_ms: 0,
  };
}

/** A pass that reaches down into what earlier ones cover continues them; any other stands alone. */
function coverage(cursor: SyncCursor): Pick<SyncCursor, 'covered_from' | 'covered_until'> {
  const { floor, covered_from, covered_until, pass_started_at } = cursor;
  const joins = covered_until !== null && (floor === null || floor <= covered_until);
  const from = joins && floor !== null && (covered_from === null || covered_from < floor) ? covered_from : floor;
  return { covered_from: from, covered_until: pass_started_at };
}
