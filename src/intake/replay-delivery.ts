import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { enterTenant, type Trx } from '../../db/tenant.ts';
import { type Queue, sendApplyDeliveries } from '../queue.ts';
import { type Actor, recordAudit } from '../tenancy/audit-log.ts';

interface Replay {
  readonly guid: string;
  readonly actor: Actor;
}

/**
 * Has a stored delivery applied again, as if it had just come: facts are idempotent, so that this is always safe.
 * @returns false when there is no such delivery
 */
export function replayDelivery(db: Database, { guid, actor }: Replay, queue: Queue): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const before = await trx
      .selectFrom('deliveries')
      .select('state')
      .where('guid', '=', guid)
      .forUpdate()
      .executeTakeFirst();
    const { rows } = await sql<{ tenant_id: number | null }>`
      update deliveries set state = 'pending', attempts = 0, error = null, due_at = now()
      where guid = ${guid}::uuid returning tenant_id`.execute(trx);
    const [replayed] = rows;
    if (!replayed || !before) return false;
    await sendApplyDeliveries(queue, trx);
    if (replayed.tenant_id !== null) await record(trx, replayed.tenant_id, { guid, actor, before });
    return true;
  });
}

async function record(trx: Trx, tenantId: number, { guid, actor, before }: Replay & { before: object }): Promise<void> {
  await enterTenant(trx, tenantId);
  const entry = { tenantId, actor, action: 'delivery.replay', target: `delivery ${guid}` };
  await recordAudit(trx, { ...entry, before, after: { state: 'pending' } });
}
