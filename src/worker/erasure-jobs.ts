import { z } from 'zod';
import type { Database } from '../../db/connection.ts';
import type { Logger } from '../logging.ts';
import { ERASE_DELIVERIES, type Queue } from '../queue.ts';
import { eraseFromDeliveries } from '../tenancy/erase-deliveries.ts';

interface ErasureDeps {
  readonly db: Database;
  readonly queue: Queue;
  readonly log: Logger;
}

const payload = z.object({ tenantId: z.int() });

/** Rewrites what is stored of deliveries after somebody was erased. */
export async function startErasureJobs({ db, queue, log }: ErasureDeps): Promise<{ stop(): Promise<void> }> {
  const stopping = new AbortController();
  await queue.work(ERASE_DELIVERIES, async ([job]) => {
    if (!job) return;
    const { tenantId } = payload.parse(job.data);
    const deliveries = await eraseFromDeliveries(db, tenantId, AbortSignal.any([stopping.signal, job.signal]));
    // Another worker goes on with it.
    stopping.signal.throwIfAborted();
    log.info({ tenant: tenantId, deliveries }, 'erased people taken out of deliveries');
  });
  return {
    stop: async () => {
      stopping.abort();
      await queue.offWork(ERASE_DELIVERIES, { wait: true });
    },
  };
}
