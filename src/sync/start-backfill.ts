import { sql } from 'kysely';
import { enterTenant, leaveTenant, type Trx } from '../../db/tenant.ts';
import type { Queue } from '../queue.ts';
import { entities, type EntityName } from './entity.ts';
import { lockTurn, makeTurnDue } from './turns.ts';
import { type Floor, wantPasses, wantRepositoryList } from './wanted-passes.ts';

type SyncReason = 'installation' | 'repositories' | 'unsuspend' | 'permissions' | 'request' | 'reconciliation';

export interface BackfillRequest {
  readonly tenantId: number;
  /** Only of these; left out: of all, those included that only the installation's list shows. */
  readonly repositoryIds?: readonly number[];
  readonly reason: SyncReason;
  /** The person who asked. */
  readonly requestedBy?: string;
  /** Only these; left out: all. */
  readonly entities?: readonly EntityName[];
  /** How far down. Left out: to the horizon. `gap`: to where each one's last completed pass began. */
  readonly floor?: Floor;
}

/**
 * Starts what reads an organization's history, or what was missed. Asking twice does no harm: what runs is followed by
 * a short pass over what is new.
 * @param trx a transaction of the instance, not inside `withTenant`
 * @returns the sync's id
 */
export async function startBackfill(trx: Trx, request: BackfillRequest, { queue }: { queue: Queue }): Promise<number> {
  const { tenantId, repositoryIds, floor = null, entities: wanted = entities } = request;
  await lockTurn(trx, tenantId);
  await enterTenant(trx, tenantId);
  const syncId = await insertSync(trx, request);
  if (repositoryIds === undefined) await wantRepositoryList(trx, tenantId);
  await wantPasses(trx, { tenantId, repositoryIds, entities: wanted, floor });
  await leaveTenant(trx);
  await makeTurnDue(trx, tenantId, queue);
  return syncId;
}

async function insertSync(trx: Trx, { tenantId, reason, requestedBy, repositoryIds }: BackfillRequest) {
  const { rows } = await sql<{ sync_id: number }>`
    insert into syncs (tenant_id, reason, requested_by, repository_ids)
    values (${tenantId}, ${reason}, ${requestedBy ?? null}, ${repositoryIds ?? null}::bigint[])
    returning sync_id`.execute(trx);
  const [row] = rows;
  if (!row) throw new Error('an insert returns its row');
  return row.sync_id;
}
