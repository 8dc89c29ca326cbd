import { z } from 'zod';
import type { Database } from '../../db/connection.ts';
import type { Logger } from '../logging.ts';
import { recomputeTouched } from '../metrics/derive/recompute.ts';
import { type Queue, RECOMPUTE_METRICS } from '../queue.ts';
import type { ReadPatchId } from '../sync/commit-patches.ts';
import type { Compare } from '../sync/compared-commits.ts';
import { HistoryGaps } from './history-gaps.ts';
import { PatchMatches } from './patch-matches.ts';
import { repeat } from './repeat.ts';

export interface MetricJobs {
  readonly db: Database;
  readonly queue: Queue;
  readonly log: Logger;
  readonly compare?: Compare | undefined;
  readonly readPatchId?: ReadPatchId | undefined;
  /** Told which repositories have other numbers now. */
  readonly onRecomputed?: ((tenantId: number, repositoryIds: readonly number[]) => Promise<void>) | undefined;
}

const EVERY_MS = 30_000;
const payload = z.object({ tenantId: z.int() });

/** Keeps what is derived from the facts up to date: after each batch, and now and then for what no job announced. */
export async function startMetricJobs(options: MetricJobs): Promise<{ stop(): Promise<void> }> {
  const { db, queue, log, compare, readPatchId, onRecomputed } = options;
  const stopping = new AbortController();
  const gaps = compare && new HistoryGaps(db, { compare, log });
  const patches = readPatchId && new PatchMatches(db, { readPatchId, log });
  const recompute = async (tenantId: number): Promise<void> => {
    const started = performance.now();
    const onFailed = (err: unknown, repository: number) =>
      log.error({ err, tenant: tenantId, repository }, 'metrics of a repository not recomputed, will be tried again');
    const recomputing = { signal: stopping.signal, onFailed };
    const repositories = [...(await recomputeTouched(db, tenantId, recomputing))];
    if (gaps && (repositories.length > 0 || gaps.isDue(tenantId)) && (await gaps.fill(tenantId))) {
      repositories.push(...(await recomputeTouched(db, tenantId, recomputing)));
    }
    const mayMatch = repositories.length > 0 || patches?.isDue(tenantId);
    if (patches && mayMatch && (await patches.find(tenantId, repositories))) {
      repositories.push(...(await recomputeTouched(db, tenantId, recomputing)));
    }
    if (repositories.length === 0) return;
    await onRecomputed?.(tenantId, repositories);
    log.debug({ tenant: tenantId, duration_ms: Math.round(performance.now() - started) }, 'metrics recomputed');
  };
  // Many jobs at once, since those of one tenant are one piece of work.
  await queue.work(RECOMPUTE_METRICS, { batchSize: 100, pollingIntervalSeconds: 0.5 }, async (jobs) => {
    const tenants = new Set(jobs.map(({ data }) => payload.parse(data).tenantId));
    for (const tenantId of tenants) {
      try {
        await recompute(tenantId);
      } catch (err) {
        log.error({ err, tenant: tenantId, queue: RECOMPUTE_METRICS }, 'metrics not recomputed, will be tried again');
        throw err;
      }
    }
  });
  const sweep = startSweep(db, { log, recompute, signal: stopping.signal });
  return {
    stop: async () => {
      stopping.abort();
      await sweep.stop();
      await queue.offWork(RECOMPUTE_METRICS, { wait: true });
    },
  };
}

interface Sweep {
  readonly log: Logger;
  readonly recompute: (tenantId: number) => Promise<void>;
  readonly signal: AbortSignal;
}

function startSweep(db: Database, { log, recompute, signal }: Sweep): { stop(): Promise<void> } {
  const sweep = async (): Promise<void> => {
    try {
      const tenants = await db.selectFrom('tenants').select('tenant_id').orderBy('tenant_id').execute();
      for (const { tenant_id } of tenants) if (!signal.aborted) await recompute(tenant_id);
    } catch (err) {
      log.warn({ err }, 'metrics not swept, will be tried again');
    }
  };
  return repeat(sweep, EVERY_MS);
}
