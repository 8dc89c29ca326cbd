import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import type { Logger } from '../logging.ts';
import { type Queue, sendApplyDeliveries } from '../queue.ts';
import { repeat } from './repeat.ts';

const EVERY_MS = 1_000;

/**
 * Wakes a worker for deliveries that are due and that no job announces: those to be tried again, and those of a worker
 * that died with the job in its hands, which the queue gives back only when it expires.
 */
export function startSweep({ db, queue, log }: { db: Database; queue: Queue; log: Logger }): { stop(): Promise<void> } {
  const sweep = () =>
    wakeIfDue(db, queue).catch((err: unknown) => log.warn({ err }, 'deliveries not swept, will be tried again'));
  return repeat(sweep, EVERY_MS);
}

function wakeIfDue(db: Database, queue: Queue): Promise<void> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql`
      select from deliveries where state = 'pending' and due_at <= now() limit 1 for update skip locked`.execute(trx);
    if (rows.length > 0) await sendApplyDeliveries(queue, trx);
  });
}
