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
    // One at work, and one in line: that may wait for GitHub's limit.
    policy: 'stately',
    heartbeatSeconds: HEARTBEAT_S,
    expireInSeconds: LONGEST_S,
    // Over an hour and a half: GitHub may be away for a while, and the next night is far.
    retryLimit: 8,
    retryDelay: 30,
    retryDelayMax: 1_800,
    retryBackoff: true,
    deleteAfterSeconds: 86_400,
  });
  await queue.schedule(job.name, job.cron, null, { tz: 'UTC' });
  await queue.work(job.name, async ([taken]) => {
    const started = performance.now();
    const signals = [stopping.signal, ...(taken ? [taken.signal] : [])];
    try {
      await job.run(AbortSignal.any(signals));
      // Another worker goes on with it.
      stopping.signal.throwIfAborted();
    } catch (err) {
      if (stopping.signal.aborted) throw err;
      if (err instanceof RateLimitedError) {
        await queue.send(job.name, {}, { startAfter: err.retryAt });
        return;
      }
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
