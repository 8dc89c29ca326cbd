import { z } from 'zod';
import type { Database } from '../../db/connection.ts';
import type { Logger } from '../logging.ts';
import { PURGE, type Queue } from '../queue.ts';
import { endSessionsIn } from '../tenancy/sessions.ts';
import { purgeTenant } from '../tenancy/purge.ts';

interface PurgeDeps {
  readonly db: Database;
  readonly queue: Queue;
  readonly log: Logger;
}

const payload = z.object({ tenantId: z.int() });

/** Does the purges that the operator has asked for. */
export async function startPurgeJobs({ db, queue, log }: PurgeDeps): Promise<{ stop(): Promise<void> }> {
  await queue.work(PURGE, async ([job]) => {
    if (!job) return;
    const { tenantId } = payload.parse(job.data);
    const receipt = await purgeTenant(db, tenantId);
    if (receipt?.state === 'done') await endSessionsIn(db, tenantId);
    if (receipt) log.warn({ tenant: tenantId, rows: receipt.rows }, `deleted organization: purge ${receipt.state}`);
  });
  return { stop: () => queue.offWork(PURGE, { wait: true }) };
}
