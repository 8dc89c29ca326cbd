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
  readonly horizonDays: number | null;
}

/**
 * Stores what came of a page, and where its cursor stands after it.
 * @param trx inside `withTenant`
 * @returns how many items it had
 */
export async function storePage(trx: Trx, stored: PageToStore): Promise<number> {
  const { tenantId, next, outcome } = stored;
  const cursor = await lockCursor(trx, tenantId, next.cursor);
  if (cursor === undefined) return 0;
  const { page } = outcome;
  const fault = page === undefined ? { error: outcome.error } : await applyPage(trx, tenantId, page);
  if (page === undefined || fault !== undefined) {
    await storeCursor(trx, tenantId, afterFailure(cursor, fault?.error));
    return 0;
  }
  await advance(trx, cursor, { ...stored, page });
  return page.items;
}

async function advance(
  trx: Trx,
  cursor: SyncCursor,
  { tenantId, next, outcome, horizonDays, page }: PageToStore & { page: Page },
): Promise<void> {
  const { requests, workedMs, listed } = outcome;
  const { startedAt } = next;
  const after = afterPage(cursor, { page, startedAt, requests, workedMs }, horizonDays);
  await storeCursor(trx, tenantId, { cursor: after, retryInS: 0 });
  if (listed) await followRepositoryList(trx, tenantId, { page: listed, before: cursor, startedAt });
}

/** @returns what is wrong with the facts, if PostgreSQL refuses them */
async function applyPage(trx: Trx, tenantId: number, page: Page): Promise<{ error: unknown } | undefined> {
  await sql`savepoint page`.execute(trx);
  try {
    await applyFacts(trx, tenantId, page.facts);
    await sql`release savepoint page`.execute(trx);
    return undefined;
  } catch (error) {
    if (!isOfTheFacts(error)) throw error;
    await sql`rollback to savepoint page`.execute(trx);
    return { error };
  }
}
