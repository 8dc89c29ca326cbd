import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { type Queue, sendApplyDeliveries } from '../queue.ts';

/**
 * Has a stored delivery applied again, as if it had just come: facts are idempotent, so that this is always safe.
 * @returns false when there is no such delivery
 */
export function replayDelivery(db: Database, guid: string, queue: Queue): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ delivery_id: number }>`
      update deliveries set state = 'pending', attempts = 0, error = null, due_at = now()
      where guid = ${guid}::uuid returning delivery_id`.execute(trx);
    if (rows.length === 0) return false;
    await sendApplyDeliveries(queue, trx);
    return true;
  });
}
