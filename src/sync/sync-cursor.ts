import type { EntityName } from './entity.ts';

/** The list of an installation's repositories has a cursor as well, under repository 0. */
export const REPOSITORY_LIST = 'repositories';
export const NO_REPOSITORY = 0;

type SyncedThing = EntityName | typeof REPOSITORY_LIST;
export type CursorState = 'pending' | 'running' | 'done' | 'forbidden' | 'gone' | 'failed' | 'cancelled';

/** How far one entity of one repository has come: a row of `sync_cursors`. */
export interface SyncCursor {
  readonly repository_id: number;
  readonly entity: SyncedThing;
  /** Open while `pending` (no page yet) or `running`. */
  readonly state: CursorState;
  /** `recent` until everything of the last 90 days is there. */
  readonly phase: 'recent' | 'rest';
  readonly floor: Date | null;
  readonly again: boolean;
  readonly cursor: string | null;
  readonly page_size: number;
  readonly pass_started_at: Date | null;
  readonly covered_from: Date | null;
  readonly covered_until: Date | null;
  readonly items: number;
  readonly total: number | null;
  readonly requests: number;
  readonly worked_ms: number;
  readonly attempts: number;
  readonly error: string | null;
}

export const MOST_ITEMS = 100;
