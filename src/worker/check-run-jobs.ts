import { z } from 'zod';
import { withTenant } from '../../db/tenant.ts';
import { type PublishDeps, publishCheckRun } from '../checks/publish.ts';
import { recordRefused } from '../checks/published.ts';
import { ForbiddenError, NotFoundError, SuspendedError, UnexpectedResponseError } from '../errors.ts';
import type { Logger } from '../logging.ts';
import { CHECK_RUN, type CheckedHead, type Queue, sendCheckRuns } from '../queue.ts';
import { putOffUntil } from '../sync/put-off.ts';

export interface CheckRunDeps extends PublishDeps {
  readonly queue: Queue;
  readonly log: Logger;
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
  return { stop: () => queue.offWork(CHECK_RUN, { wait: true }) };
}

/** @throws what may go better the next time */
async function runCheckRunJob(deps: CheckRunDeps, head: CheckedHead): Promise<void> {
  const { db, queue, log } = deps;
  try {
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
