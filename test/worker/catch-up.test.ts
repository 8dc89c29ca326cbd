import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { setDefaultPlan } from '../../db/default-plan.ts';
import { withTenant } from '../../db/tenant.ts';
import { changePlan } from '../../src/tenancy/change-plan.ts';
import { catchUpAll } from '../../src/worker/catch-up.ts';
import { createSyncedOrg } from '../support/synced-org.ts';

const org = await createSyncedOrg(7, { repositories: 5, commits: 4, pulls: 2, people: 3 });
const { db, url, queue, log, tenantId } = org;

async function read<T>(select: string): Promise<T[]> {
  return withTenant(db, tenantId, async (trx) => (await sql.raw<T>(select).execute(trx)).rows);
}
const countOf = async (table: string) =>
  (await read<{ count: number }>(`select count(distinct repository_id) as count from ${table}`))[0]?.count;

it('the history of a repository is read once the plan has room for it, and not before', async () => {
  await setDefaultPlan(url, 'free');
  await org.reconcile();
  expect([await countOf('repositories'), await countOf('commits')]).toEqual([5, 3]);
  expect(
    await read('select from sync_cursors c join repositories r using (tenant_id, repository_id) where not tracked'),
  ).toEqual([]);

  const actor = { name: 'operator', address: null, userAgent: null };
  await withTenant(db, tenantId, (trx) => changePlan(trx, { tenantId, plan: 'pro', actor, target: 'acme' }));
  await catchUpAll({ db, queue, log, connected: true });
  await org.sync();
  expect([await countOf('commits'), await countOf('sync_cursors')]).toEqual([5, 6]);
});
