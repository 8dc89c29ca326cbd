import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { applyFacts } from '../facts/apply.ts';
import { isOfTheFacts } from '../facts/fault.ts';
import type { Page } from './entity.ts';
import { afterFailure } from './failed-page.ts';
import type { NextPage } from './next-page.ts';
import { afterPage } from './pass.ts';
import type { PageOutcome } from './read-page.ts';
import { followRepositoryList } from './repository-list.ts';
import { lockCursor, storeCursor } from './stored-cursor.ts';
import type { SyncCursor } from './sync-cursor.ts';

export interface PageToStore {
  readonly tenantId: number;
  readonly next: NextPage;
  readonly outcome: PageOutcome;
  /** What is wrong with the page, if anything is. */
  readonly fault: PageFault | undefined;
  readonly horizonDays: number | null;
}

export interface PageFault {
  readonly error: unknown;
}

/**
 * Stores where the cursor stands after a page.
 * @param trx inside `withTenant`, with the turn locked
 * @returns how many items it had, and whether it ended its pass
 */
export async function storePage(trx: Trx, stored: PageToStore): Promise<{ items: number; ended: boolean }> {
  const { tenantId, next, outcome, fault } = stored;
  const cursor = await lockCursor(trx, tenantId, next.cursor);
  if (cursor === undefined) return { items: 0, ended: false };
  const { page } = outcome;
  if (page === undefined || fault !== undefined) {
    await storeCursor(trx, tenantId, afterFailure(cursor, fault?.error));
    return { items: 0, ended: false };
  }
  return { items: page.items, ended: await advance(trx, cursor, { ...stored, page }) };
}

async function advance(
  trx: Trx,
  cursor: SyncCursor,
  { tenantId, next, outcome, horizonDays, page }: PageToStore & { page: Page },
): Promise<boolean> {
  const { requests, workedMs, listed } = outcome;
  const { startedAt } = next;
  const after = afterPage(cursor, { page, startedAt, requests, workedMs }, horizonDays);
  await storeCursor(trx, tenantId, { cursor: after, retryInS: 0 });
  if (listed) await followRepositoryList(trx, tenantId, { page: listed, before: cursor, startedAt });
  return after.state === 'done' || after.pass_started_at === null;
}

/**
 * Applies the facts of a page, before its turn is locked: whoever needs both locks takes that of the facts first.
 * @param trx inside `withTenant`
 * @returns what is wrong: with the page, or with its facts, if PostgreSQL refuses them
 */
export async function applyPage(trx: Trx, tenantId: number, outcome: PageOutcome): Promise<PageFault | undefined> {
  if (outcome.page === undefined) return { error: outcome.error };
  await sql`savepoint page`.execute(trx);
  try {
    await applyFacts(trx, tenantId, outcome.page.facts);
    await sql`release savepoint page`.execute(trx);
    return undefined;
  } catch (error) {
    if (!isOfTheFacts(error)) throw error;
    await sql`rollback to savepoint page`.execute(trx);
    return { error };
  }
}
