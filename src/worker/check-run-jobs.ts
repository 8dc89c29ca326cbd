import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { type PublishDeps, publishCheckRun } from '../checks/publish.ts';
import { findRest, recordRefused } from '../checks/published.ts';
import { removeOldFiles } from '../checks/files/missing-files.ts';
import { readMissingFiles } from '../checks/files/read-missing-files.ts';
import { listRestated } from '../checks/standings.ts';
import { listUnpublished } from '../checks/sweep.ts';
import { ForbiddenError, NotFoundError, SuspendedError, UnexpectedResponseError } from '../errors.ts';
import type { Logger } from '../logging.ts';
import { CHECK_RUN, type CheckedHead, type Queue, sendCheckRuns } from '../queue.ts';
import { putOffUntil } from '../sync/put-off.ts';
import { type RecurringJob, startRecurringJob } from './recurring-job.ts';

export interface CheckRunDeps extends PublishDeps {
  readonly queue: Queue;
  readonly log: Logger;
  /** For how long what happens to a head is gathered. */
  readonly debounceMs: number;
}

/** Each waits for GitHub most of the time. */
const AT_ONCE = 4;

const payload = z.object({ tenantId: z.int(), repositoryId: z.int(), headSha: z.string() });

/** Keeps the check runs of pull requests up to date. */
export async function startCheckRunJobs(deps: CheckRunDeps): Promise<{ stop(): Promise<void> }> {
  const { queue } = deps;
  await queue.work(CHECK_RUN, { localConcurrency: AT_ONCE, pollingIntervalSeconds: 0.5 }, async ([job]) => {
    await runCheckRunJob(deps, payload.parse(job?.data));
  });
  const stopSweep = await startRecurringJob(queue, sweepJob(deps), deps);
  return {
    stop: async () => {
      await stopSweep();
      await queue.offWork(CHECK_RUN, { wait: true });
    },
  };
}

/** Whose deployment, or what was linked to it, is another now, is said anew. */
export function createOnRecomputed({ db, queue, debounceMs }: Pick<CheckRunDeps, 'db' | 'queue' | 'debounceMs'>) {
  return async (tenantId: number, repositoryIds: readonly number[]): Promise<void> => {
    const heads = await withTenant(db, tenantId, (trx) => listRestated(trx, { tenantId, repositoryIds }));
    await sendCheckRuns(queue, db, heads, { startAfter: new Date(Date.now() + debounceMs) });
  };
}

/** A required check that nobody writes would keep everybody from merging. */
function sweepJob({ db, queue, github, log }: CheckRunDeps): RecurringJob {
  return {
    name: 'sweep-check-runs',
    cron: '*/10 * * * *',
    run: async (signal) => {
      for (const tenantId of await listTenants(db)) {
        if (signal.aborted) return;
        const heads = await withTenant(db, tenantId, (trx) => listUnpublished(trx, tenantId));
        await sendCheckRuns(queue, db, heads, { startAfter: new Date() });
        await withTenant(db, tenantId, (trx) => removeOldFiles(trx, tenantId));
        await readMissingFiles({ db, github }, tenantId, signal).catch((err: unknown) => {
          // The budget is used up, perhaps; the next sweep goes on.
          log.info({ err, tenant: tenantId }, 'files of failed deployments not read');
        });
      }
    },
  };
}

async function listTenants(db: Database): Promise<number[]> {
  const { rows } = await sql<{ tenant_id: number }>`select tenant_id from tenants order by 1`.execute(db);
  return rows.map(({ tenant_id }) => tenant_id);
}

/** @throws what may go better the next time */
async function runCheckRunJob(deps: CheckRunDeps, head: CheckedHead): Promise<void> {
  const { db, queue, log, debounceMs } = deps;
  try {
    const rest = await withTenant(db, head.tenantId, (trx) => findRest(trx, head, { forMs: debounceMs }));
    if (rest) return await sendCheckRuns(queue, db, [head], { startAfter: rest });
    await publishCheckRun(deps, head);
  } catch (err) {
    const startAfter = putOffUntil(err);
    if (startAfter) return sendCheckRuns(queue, db, [head], { startAfter });
    const fields = { err, tenant: head.tenantId, queue: CHECK_RUN };
    if (isFinal(err)) {
      log.warn(fields, 'check run not published: GitHub does not take it');
      return withTenant(db, head.tenantId, (trx) => recordRefused(trx, head, err.message));
    }
    log.error(fields, 'check run not published, will be tried again');
    throw err;
  }
}

/** The repository or the permission is gone, or GitHub refuses what we ask. */
function isFinal(error: unknown): error is Error {
  const kinds = [NotFoundError, ForbiddenError, SuspendedError, UnexpectedResponseError];
  return kinds.some((kind) => error instanceof kind);
}
