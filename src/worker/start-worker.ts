import type { Db } from 'pg-boss';
import type { Database } from '../../db/connection.ts';
import type { Logger } from '../logging.ts';
import { APPLY_DELIVERIES, type Queue, sendApplyDeliveries, sendReact, sendRecomputeMetrics } from '../queue.ts';
import { applyDueDeliveries } from './apply-deliveries.ts';
import { startCatchUp } from './catch-up.ts';
import type { DeliveryOutcome } from './delivery-outcome.ts';
import type { ReadPatchId } from '../sync/commit-patches.ts';
import type { Compare } from '../sync/compared-commits.ts';
import { type CheckRunDeps, createOnRecomputed, startCheckRunJobs } from './check-run-jobs.ts';
import { startErasureJobs } from './erasure-jobs.ts';
import { startPurgeJobs } from './purge-jobs.ts';
import { startMetricJobs } from './metric-jobs.ts';
import { startHydrateJobs } from './hydrate-jobs.ts';
import { overQueueTransaction } from './queue-transaction.ts';
import { startReact } from './react.ts';
import type { Reactions } from './reactions.ts';
import { startSweep } from './sweep.ts';
import type { SyncDeps } from '../sync/sync-page.ts';
import { startAccessJobs } from './access-jobs.ts';
import { startSyncJobs } from './sync-jobs.ts';

export interface WorkerOptions {
  readonly db: Database;
  readonly queue: Queue;
  readonly log: Logger;
  readonly appId: number | null;
  /** What it takes to ask GitHub; left out, sync is off. */
  readonly sync?: Pick<SyncDeps, 'github' | 'entities' | 'horizonDays'>;
  /** What deliveries set off; left out, they are facts and nothing more. */
  readonly reactions?: Reactions;
  /** Asks GitHub for what lies between two commits; left out, a gap of the history waits for the backfill. */
  readonly compare?: Compare;
  readonly readPatchId?: ReadPatchId;
  /** What it takes to publish check runs; left out, none is. */
  readonly checks?: Omit<CheckRunDeps, 'db' | 'queue' | 'log'>;
}

export interface Worker {
  /** Takes no more jobs and waits for those at work. */
  stop(): Promise<void>;
}

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { db, queue, log, appId, sync, reactions, compare, readPatchId, checks } = options;
  const applyDue = async (tx: Db): Promise<void> => {
    const started = performance.now();
    const trx = overQueueTransaction(tx);
    const { outcomes, more } = await applyDueDeliveries(trx, { appId, log });
    if (more) await sendApplyDeliveries(queue, trx);
    await sendRecomputeMetrics(queue, trx, tenantsOf(outcomes));
    const setOff = reactions ? outcomes.filter((outcome) => setsOff(outcome, reactions)) : [];
    if (setOff.length > 0) await sendReact(queue, trx, [setOff.map(({ delivery }) => delivery.delivery_id)]);
    if (outcomes.length === 0) return;
    const duration_ms = Math.round(performance.now() - started);
    log.debug({ deliveries: outcomes.length, duration_ms }, 'deliveries applied');
  };
  // Two at a time: while one's statements run in the database, the other maps payloads.
  const working = { transactional: true, batchSize: 100, localConcurrency: 2 } as const;
  await queue.work(APPLY_DELIVERIES, working, async (_jobs, tx) => {
    try {
      await applyDue(tx);
    } catch (err) {
      // The queue keeps the error with the job and tries again; nobody would see it there.
      log.error({ err, queue: APPLY_DELIVERIES }, 'deliveries not applied, will be tried again');
      throw err;
    }
  });

  const onRecomputed = checks && createOnRecomputed({ db, queue, ...checks });
  const metricJobs = await startMetricJobs({ db, queue, log, compare, readPatchId, onRecomputed });
  const react = reactions && (await startReact({ db, queue, log, reactions }));
  const sweep = startSweep({ db, queue, log });
  const catchUp = startCatchUp({ db, queue, log, connected: sync !== undefined });
  const erasureJobs = await startErasureJobs({ db, queue, log });
  const purgeJobs = await startPurgeJobs({ db, queue, log });
  const syncJobs = sync && (await startSyncJobs({ db, queue, log, ...sync }));
  const accessJobs = sync && (await startAccessJobs({ db, queue, github: sync.github }, log));
  const hydrateJobs = sync && (await startHydrateJobs({ db, queue, log, ...sync }));
  const checkRunJobs = checks && (await startCheckRunJobs({ db, queue, log, ...checks }));
  return {
    stop: async () => {
      await Promise.all([accessJobs?.stop(), syncJobs?.stop(), hydrateJobs?.stop(), checkRunJobs?.stop()]);
      await Promise.all([sweep.stop(), catchUp.stop(), erasureJobs.stop(), purgeJobs.stop()]);
      await react?.stop();
      await metricJobs.stop();
      await queue.offWork(APPLY_DELIVERIES, { wait: true });
    },
  };
}

function tenantsOf(outcomes: readonly DeliveryOutcome[]): number[] {
  const applied = outcomes.filter(({ state }) => state === 'applied').map(({ tenantId }) => tenantId);
  return [...new Set(applied.filter((tenantId) => tenantId !== null))];
}

/**
 * An ignored one, too: that a person takes back a permission is no fact of a tenant, and has to be acted on. And of a
 * repository that is not tracked, pull requests: a check run that is required keeps nobody from merging there, either.
 */
function setsOff({ delivery, state }: DeliveryOutcome, reactions: Reactions): boolean {
  const isActedOn =
    state === 'applied' || state === 'ignored' || (state === 'held' && delivery.event === 'pull_request');
  return isActedOn && reactions.wants(delivery);
}
