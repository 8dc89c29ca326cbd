import { z } from 'zod';
import type { Database } from '../../db/connection.ts';
import { SuspendedError } from '../errors.ts';
import type { Logger } from '../logging.ts';
import type { Queue } from '../queue.ts';
import { putOffUntil } from '../sync/put-off.ts';
import { type ReconcileDeps, reconcileTenant } from '../sync/reconcile-tenant.ts';

const RECONCILE_TENANT = 'reconcile-tenant';

const payload = z.object({
  tenantId: z.int(),
  /** How often it was looked at in a row. */
  looks: z.int().default(0),
});

/** A pass over what is new, one over everything, and the list of what is left each show at the next look. */
const MOST_LOOKS = 6;
const LOOK_AGAIN_S = 10 * 60;
const LONGEST_S = 3_600;

interface Deps extends Omit<ReconcileDeps, 'signal'> {
  readonly db: Database;
  readonly log: Logger;
}

export async function sendReconcileTenants(queue: Queue, tenantIds: readonly number[]): Promise<void> {
  const jobs = tenantIds.map((tenantId) => ({ data: { tenantId }, singletonKey: String(tenantId) }));
  if (jobs.length > 0) await queue.insert(RECONCILE_TENANT, jobs);
}

/** Compares one tenant after another with GitHub. @returns what stops it */
export async function startReconcileTenants(deps: Deps): Promise<() => Promise<void>> {
  const { queue, db, log } = deps;
  const stopping = new AbortController();
  // One of a tenant at work, and one in line.
  await queue.createQueue(RECONCILE_TENANT, {
    policy: 'stately',
    retryLimit: 3,
    retryDelay: 60,
    retryBackoff: true,
    expireInSeconds: LONGEST_S,
    deleteAfterSeconds: 86_400,
  });
  await queue.work(RECONCILE_TENANT, async ([job]) => {
    const { tenantId, looks } = payload.parse(job?.data);
    const lookAgain = async (next: { looks: number; startAfter: Date | number }) => {
      const options = { singletonKey: String(tenantId), startAfter: next.startAfter };
      await queue.send(RECONCILE_TENANT, { tenantId, looks: next.looks }, options);
    };
    try {
      const started = await reconcileTenant(db, tenantId, { ...deps, signal: stopping.signal });
      if (started && looks + 1 < MOST_LOOKS) await lookAgain({ looks: looks + 1, startAfter: LOOK_AGAIN_S });
    } catch (err) {
      if (err instanceof SuspendedError) return;
      const startAfter = putOffUntil(err);
      if (startAfter) return lookAgain({ looks, startAfter });
      log.error({ err, tenant: tenantId, job: RECONCILE_TENANT }, 'tenant not reconciled, will be tried again');
      throw err;
    }
  });
  return async () => {
    stopping.abort();
    await queue.offWork(RECONCILE_TENANT, { wait: true });
  };
}
