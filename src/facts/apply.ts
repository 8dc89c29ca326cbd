import type { Trx } from '../../db/tenant.ts';
import { FactBatch } from './batch.ts';
import { resolveContributors } from './contributor-emails.ts';
import { type Facts, type FactTableName, factTables } from './facts.ts';
import { withoutErased } from './learn-erased.ts';
import { lockFacts } from './lock-facts.ts';
import { removeUnlistedCommits } from './pull-request-commits.ts';
import { notifyStale, staleOf } from './stale.ts';
import { listChangedBots, touchPullsOf } from './touch-people.ts';
import { recordTouched } from './touched.ts';
import { settleTouchedTracking } from './tracking.ts';
import { upsertRows } from './upsert.ts';

/**
 * Writes facts of one tenant, with one statement a table. Idempotent and free of order: the same facts in any order,
 * in any split into batches, any number of times, end in the same rows.
 * @param trx inside `withTenant` of that tenant
 * @returns the number of rows that the facts came to
 */
export async function applyFacts(trx: Trx, tenantId: number, facts: readonly Facts[]): Promise<number> {
  const told = batchOf(facts);
  await lockFacts(trx, tenantId);
  const kept = await withoutErased(trx, tenantId, facts);
  const batch = kept === facts ? told : batchOf(kept);
  const changedBots = await listChangedBots(trx, tenantId, batch);
  for (const name of Object.keys(factTables) as FactTableName[]) {
    await upsertRows(trx, tenantId, factTables[name], batch.rows(name));
  }
  await settleTouchedTracking(trx, tenantId, batch);
  await resolveContributors(trx, tenantId, batch);
  await removeUnlistedCommits(trx, tenantId, batch);
  await recordTouched(trx, tenantId, batch);
  await touchPullsOf(trx, tenantId, changedBots);
  await notifyStale(trx, tenantId, staleOf(batch));
  return batch.size;
}

function batchOf(facts: readonly Facts[]): FactBatch {
  const batch = new FactBatch();
  for (const some of facts) batch.add(some);
  return batch;
}
