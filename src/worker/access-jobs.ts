import { sql } from 'kysely';
import type { Job, JobResult } from 'pg-boss';
import type { Database } from '../../db/connection.ts';
import type { Logger } from '../logging.ts';
import { type Queue, SYNC_ACCESS } from '../queue.ts';
import { accessJob, sendAccessJobs } from '../sync/organization/access-job.ts';
import { type SyncAccessDeps, syncAccess } from '../sync/organization/sync-access.ts';
import { type RecurringJob, startRecurringJob } from './recurring-job.ts';

const AT_ONCE = 2;
/** So many a fetch: one by one an organization of a thousand repositories would wait for the clock a thousand times. */
const BATCH = 20;

/** Reads who has access where an event says that it changed, and everywhere once a day. */
export async function startAccessJobs(deps: SyncAccessDeps, log: Logger): Promise<{ stop(): Promise<void> }> {
  const { queue } = deps;
  const fetching = { batchSize: BATCH, burstWhenBatchFull: true, pollingIntervalSeconds: 2 };
  const options = { ...fetching, localConcurrency: AT_ONCE, perJobResults: true } as const;
  await queue.work(SYNC_ACCESS, options, async (jobs) => {
    const results: JobResult[] = [];
    for (const job of jobs) results.push(await runAccessJob(deps, job, log));
    return results;
  });
  const stopDaily = await startRecurringJob(queue, dailyAccess(deps), { log });
  return {
    stop: async () => {
      await stopDaily();
      await queue.offWork(SYNC_ACCESS, { wait: true });
    },
  };
}

async function runAccessJob(deps: SyncAccessDeps, { id, data, signal }: Job<unknown>, log: Logger): Promise<JobResult> {
  // The worker stops: what is left is for the next one.
  if (signal.aborted) return { id, status: 'failed' };
  const job = accessJob.parse(data);
  try {
    await syncAccess(deps, job);
    return { id, status: 'completed' };
  } catch (err) {
    log.error({ err, tenant: job.tenantId, queue: SYNC_ACCESS }, 'access not read, will be tried again');
    return { id, status: 'failed' };
  }
}

/** No event tells of changes of role, of the base permission, or of a team's parent. */
function dailyAccess({ db, queue }: { db: Database; queue: Queue }): RecurringJob {
  return {
    name: 'daily-access',
    cron: '23 3 * * *',
    run: async () => {
      const { rows } = await sql<{ tenant_id: number }>`select tenant_id from tenants`.execute(db);
      const jobs = rows.map(({ tenant_id }) => ({
        tenantId: tenant_id,
        priority: 'history' as const,
        subject: { kind: 'organization' as const },
      }));
      await sendAccessJobs(queue, jobs);
    },
  };
}
