import type { Database } from '../../db/connection.ts';
import type { Logger } from '../logging.ts';
import type { Queue } from '../queue.ts';
import { purgeUninstalled } from '../tenancy/purge-uninstalled.ts';
import { type RecurringJob, startRecurringJob } from './recurring-job.ts';

export interface RecoveryOptions {
  readonly db: Database;
  readonly queue: Queue;
  readonly log: Logger;
  /** For how long the data of an account stays after it uninstalled the app. */
  readonly uninstallGraceDays: number;
}

const DAY_MS = 86_400_000;

/** Starts the jobs that find and mend what no webhook told, and that forget whom to forget. */
export async function startRecovery(options: RecoveryOptions): Promise<{ stop(): Promise<void> }> {
  const stops: (() => Promise<void>)[] = [];
  for (const job of jobsOf(options)) stops.push(await startRecurringJob(options.queue, job, options));
  return {
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

function jobsOf({ db, log, uninstallGraceDays }: RecoveryOptions): RecurringJob[] {
  return [
    {
      name: 'purge-uninstalled',
      cron: '47 4 * * *',
      run: async (signal) => {
        const before = new Date(Date.now() - uninstallGraceDays * DAY_MS);
        await purgeUninstalled(db, { before, log, signal });
      },
    },
  ];
}
