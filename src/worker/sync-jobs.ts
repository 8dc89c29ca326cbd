import { z } from 'zod';
import { sendRecomputeMetrics, SYNC_PAGE } from '../queue.ts';
import { type SyncDeps, syncPage } from '../sync/sync-page.ts';
import { sendDueTurns } from '../sync/turns.ts';
import { repeat } from './repeat.ts';

/** How many tenants at once; each waits for GitHub most of the time. */
const AT_ONCE = 4;
const EVERY_MS = 1_000;

const payload = z.object({ tenantId: z.int() });

/** Syncs a page a job, for as long as there is something to sync. */
export async function startSyncJobs(deps: SyncDeps): Promise<{ stop(): Promise<void> }> {
  const { queue, log } = deps;
  const stopping = new AbortController();
  const options = { localConcurrency: AT_ONCE, pollingIntervalSeconds: 0.5 };
  await queue.work(SYNC_PAGE, options, async ([job]) => {
    const { tenantId } = payload.parse(job?.data);
    try {
      await syncPage(deps, tenantId, stopping.signal);
      await sendRecomputeMetrics(queue, deps.db, [tenantId]);
    } catch (err) {
      log.error({ err, tenant: tenantId, queue: SYNC_PAGE }, 'page not synced, will be tried again');
    }
  });
  const sweep = startTurnSweep(deps);
  return {
    stop: async () => {
      stopping.abort();
      await sweep.stop();
      await queue.offWork(SYNC_PAGE, { wait: true });
    },
  };
}

/** Wakes a worker for the tenants whose turn it is and that no job announces. */
function startTurnSweep({ db, queue, log }: SyncDeps): { stop(): Promise<void> } {
  const sweep = () =>
    sendDueTurns(db, queue).catch((err: unknown) => log.warn({ err }, 'turns not swept, will be tried again'));
  return repeat(sweep, EVERY_MS);
}
