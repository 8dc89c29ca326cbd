import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import type { Logger } from '../logging.ts';
import { type Queue, SYNC_ACCESS } from '../queue.ts';
import { accessJob, sendAccessJobs } from '../sync/organization/access-job.ts';
import { type SyncAccessDeps, syncAccess } from '../sync/organization/sync-access.ts';
import { type RecurringJob, startRecurringJob } from './recurring-job.ts';

const AT_ONCE = 2;

/** Reads who has access where an event says that it changed, and everywhere once a day. */
export async function startAccessJobs(deps: SyncAccessDeps, log: Logger): Promise<{ stop(): Promise<void> }> {
  const { queue } = deps;
  const options = { localConcurrency: AT_ONCE, pollingIntervalSeconds: 2 };
  await queue.work(SYNC_ACCESS, options, async ([taken]) => {
    const job = accessJob.parse(taken?.data);
    try {
      await syncAccess(deps, job);
    } catch (err) {
      log.error({ err, tenant: job.tenantId, queue: SYNC_ACCESS }, 'access not read, will be tried again');
      throw err;
    }
  });
  const stopDaily = await startRecurringJob(queue, dailyAccess(deps), { log });
  return {
    stop: async () => {
      await stopDaily();
      await queue.offWork(SYNC_ACCESS, { wait: true });
    },
  };
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
