import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { enterTenant, leaveTenant, type Trx } from '../../db/tenant.ts';
import { lockFacts } from '../facts/lock-facts.ts';
import type { Logger } from '../logging.ts';
import { type Queue, sendApplyDeliveries } from '../queue.ts';
import { startBackfill } from '../sync/start-backfill.ts';
import { repeat } from './repeat.ts';

const EVERY_MS = 1_000;
const MOST_TENANTS = 100;

export interface CatchUpDeps {
  readonly db: Database;
  readonly queue: Queue;
  readonly log: Logger;
  /** Whether history can be read from GitHub. */
  readonly connected: boolean;
}

/** Has repositories that have become tracked catch up: whoever made them so has marked them, in whatever process. */
export function startCatchUp(deps: CatchUpDeps): { stop(): Promise<void> } {
  const sweep = () =>
    catchUpAll(deps).catch((err: unknown) => deps.log.warn({ err }, 'repositories not caught up, will be tried again'));
  return repeat(sweep, EVERY_MS);
}

export async function catchUpAll(deps: CatchUpDeps): Promise<void> {
  const { rows } = await sql<{ tenant_id: number }>`
    select tenant_id from tenants where catch_up order by tenant_id limit ${MOST_TENANTS}`.execute(deps.db);
  for (const { tenant_id } of rows) {
    await deps.db.transaction().execute((trx) => catchUp(trx, tenant_id, deps));
  }
}

async function catchUp(trx: Trx, tenantId: number, { queue, log, connected }: CatchUpDeps): Promise<void> {
  await lockFacts(trx, tenantId);
  await enterTenant(trx, tenantId);
  await sql`update tenants set catch_up = false where tenant_id = ${tenantId}`.execute(trx);
  const { rows } = await sql<{ repository_id: number }>`
    update repositories set catch_up = false where tenant_id = ${tenantId} and catch_up returning repository_id`.execute(
    trx,
  );
  await leaveTenant(trx);
  const repositoryIds = rows.map((row) => row.repository_id);
  if (repositoryIds.length === 0) return;
  const deliveries = await releaseHeld(trx, tenantId, repositoryIds);
  if (deliveries > 0) await sendApplyDeliveries(queue, trx);
  if (connected) {
    await startBackfill(trx, { tenantId, repositoryIds, reason: 'repositories', floor: 'gap' }, { queue });
  }
  log.info(
    { tenant: tenantId, rows: { repositories: repositoryIds.length }, deliveries },
    'repositories are tracked now',
  );
}

async function releaseHeld(trx: Trx, tenantId: number, repositoryIds: readonly number[]): Promise<number> {
  const { numAffectedRows } = await sql`
    update deliveries set state = 'pending', attempts = 0, error = null, repository_id = null, due_at = now()
    where state = 'held' and tenant_id = ${tenantId} and repository_id = any(${repositoryIds}::bigint[])`.execute(trx);
  return Number(numAffectedRows ?? 0);
}
