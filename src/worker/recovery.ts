import type { Database } from '../../db/connection.ts';
import type { GitHub } from '../github/github.ts';
import type { Logger } from '../logging.ts';
import type { Queue } from '../queue.ts';
import { recoverMissedDeliveries } from '../sync/missed-deliveries.ts';
import { reconcileInstallations } from '../sync/reconcile-installations.ts';
import { startGapBackfills } from '../sync/start-gap-backfills.ts';
import { purgeUninstalled } from '../tenancy/purge-uninstalled.ts';
import { removeExpiredSessions } from '../tenancy/sessions.ts';
import { createStoreMissed } from './missed-deliveries.ts';
import { sendReconcileTenants, startReconcileTenants } from './reconcile-tenants.ts';
import { type RecurringJob, startRecurringJob } from './recurring-job.ts';

export interface RecoveryOptions {
  readonly db: Database;
  readonly queue: Queue;
  readonly log: Logger;
  /** For how long the data of an account stays after it uninstalled the app. */
  readonly uninstallGraceDays: number;
  /** What it takes to ask GitHub; left out, nothing is asked. */
  readonly sync?: SyncRecovery;
}

interface SyncRecovery {
  readonly github: Pick<GitHub, 'app' | 'installation'>;
  readonly appId: number;
  readonly horizonDays: number | null;
  /** For how many days GitHub keeps the hook's deliveries. */
  readonly retentionDays: number;
}

const DAY_MS = 86_400_000;

/** Starts the jobs that find and mend what no webhook told, and that forget whom to forget. */
export async function startRecovery(options: RecoveryOptions): Promise<{ stop(): Promise<void> }> {
  const { queue, sync } = options;
  const stops: (() => Promise<void>)[] = [];
  if (sync) stops.push(await startReconcileTenants({ ...options, ...sync }));
  for (const job of recoveryJobs(options)) stops.push(await startRecurringJob(queue, job, options));
  return {
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

function recoveryJobs(options: RecoveryOptions): RecurringJob[] {
  const { sync } = options;
  return [purgeJob(options), ...(sync ? [missedDeliveriesJob(options, sync), installationsJob(options, sync)] : [])];
}

function purgeJob({ db, log, uninstallGraceDays }: RecoveryOptions): RecurringJob {
  return {
    name: 'purge-uninstalled',
    cron: '47 4 * * *',
    run: async (signal) => {
      const before = new Date(Date.now() - uninstallGraceDays * DAY_MS);
      await purgeUninstalled(db, { before, log, signal });
      await removeExpiredSessions(db);
    },
  };
}

function missedDeliveriesJob(
  { db, queue, log }: RecoveryOptions,
  { github, retentionDays }: SyncRecovery,
): RecurringJob {
  const store = createStoreMissed(db, queue);
  return {
    name: 'missed-deliveries',
    cron: '*/15 * * * *',
    run: async (signal) => {
      const onGap = () => startGapBackfills(db, { queue, log });
      await recoverMissedDeliveries(db, { app: github.app, store, retentionDays, onGap, log, signal });
    },
  };
}

function installationsJob({ db, queue }: RecoveryOptions, { github, appId }: SyncRecovery): RecurringJob {
  return {
    name: 'reconcile-installations',
    cron: '17 3 * * *',
    run: async () => {
      const tenantIds = await reconcileInstallations(db, { app: github.app, appId, queue });
      await sendReconcileTenants(queue, tenantIds);
    },
  };
}
