import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../db/connection.ts';
import type { Logger } from '../logging.ts';
import { REACT, type Queue, sendReact } from '../queue.ts';
import type { Reactions, ReceivedDelivery } from './reactions.ts';

export interface ReactOptions {
  readonly db: Database;
  readonly queue: Queue;
  readonly log: Logger;
  readonly reactions: Reactions;
}

const payload = z.object({ deliveryIds: z.array(z.int()).min(1) });

/** Sets off what the deliveries of a batch set off, after their facts have committed. */
export async function startReact(options: ReactOptions): Promise<{ stop(): Promise<void> }> {
  const { queue } = options;
  // What is tried again is announced by nobody.
  const polling = { pollingIntervalSeconds: 2, notifyPollingIntervalSeconds: 2 };
  await queue.work(REACT, polling, async ([job]) => react(payload.parse(job?.data).deliveryIds, options));
  return { stop: () => queue.offWork(REACT, { wait: true }) };
}

/** One at a time, as their bodies may be large; those that fail go on as jobs of their own, apart from the others. */
async function react(deliveryIds: readonly number[], { db, queue, log, reactions }: ReactOptions): Promise<void> {
  const failed: number[] = [];
  for (const id of deliveryIds) {
    const delivery = await findDelivery(db, id);
    if (!delivery) continue;
    try {
      await reactions.react(delivery);
    } catch (err) {
      log.error({ err, guid: delivery.guid, event: delivery.event }, 'reaction failed, will be tried again');
      // The queue counts the attempts of a job of one.
      if (deliveryIds.length === 1) throw err;
      failed.push(id);
    }
  }
  await sendReact(
    queue,
    db,
    failed.map((id) => [id]),
  );
}

async function findDelivery(db: Database, id: number): Promise<ReceivedDelivery | undefined> {
  const { rows } = await sql<ReceivedDelivery>`
    select guid, event, body from deliveries where delivery_id = ${id}`.execute(db);
  return rows[0];
}
