import { RateLimitedError } from '../errors.ts';
import type { Logger } from '../logging.ts';
import type { Queue } from '../queue.ts';

/** A job that a clock starts, on one worker at a time. */
export interface RecurringJob {
  readonly name: string;
  /** In UTC. */
  readonly cron: string;
  /** Ends early, in order, when the signal says that the worker stops. */
  run(signal: AbortSignal): Promise<void>;
}

const HEARTBEAT_S = 60;
const LONGEST_S = 6 * 3_600;

/** @returns what stops it */
export async function startRecurringJob(
  queue: Queue,
  job: RecurringJob,
  { log }: { log: Logger },
): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  await queue.createQueue(job.name, {
    policy: 'exclusive',
    heartbeatSeconds: HEARTBEAT_S,
    expireInSeconds: LONGEST_S,
    retryLimit: 3,
    retryDelay: 30,
    retryBackoff: true,
    deleteAfterSeconds: 86_400,
  });
  await queue.schedule(job.name, job.cron, null, { tz: 'UTC' });
  await queue.work(job.name, async ([taken]) => {
    const started = performance.now();
    const signals = [stopping.signal, ...(taken ? [taken.signal] : [])];
    try {
      await job.run(AbortSignal.any(signals));
    } catch (err) {
      // The clock starts it again, and it goes on where it was.
      if (err instanceof RateLimitedError) return;
      log.error({ err, job: job.name }, 'job failed, will be tried again');
      throw err;
    }
    log.debug({ job: job.name, duration_ms: Math.round(performance.now() - started) }, 'job done');
  });
  return async () => {
    stopping.abort();
    await queue.offWork(job.name, { wait: true });
  };
}
