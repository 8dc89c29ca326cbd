import { z } from 'zod';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { ForbiddenError, NotFoundError, SuspendedError } from '../errors.ts';
import type { GitHub } from '../github/github.ts';
import type { Logger } from '../logging.ts';
import { HYDRATE, type Queue, sendHydrate } from '../queue.ts';
import { createGitHubCommitSource } from '../sync/github-commit-source.ts';
import { closeGaps, hydrateLive } from '../sync/hydrate-live.ts';
import { findInstallationId } from '../sync/next-page.ts';
import { sinceHorizon } from '../sync/pass.ts';
import { putOffUntil } from '../sync/put-off.ts';

export interface HydrateDeps {
  readonly db: Database;
  readonly queue: Queue;
  readonly github: Pick<GitHub, 'installation'>;
  readonly log: Logger;
  /** How many days of history are kept; null: all. */
  readonly horizonDays: number | null;
}

const payload = z.object({ tenantId: z.int(), repositoryId: z.int(), gaps: z.boolean().default(false) });

/** Adds to what webhooks told of a repository what they leave out. */
export async function startHydrateJobs(deps: HydrateDeps): Promise<{ stop(): Promise<void> }> {
  const { queue } = deps;
  await queue.work(HYDRATE, { localConcurrency: 2, pollingIntervalSeconds: 1 }, async ([job]) => {
    await hydrate(deps, payload.parse(job?.data));
  });
  return { stop: () => queue.offWork(HYDRATE, { wait: true }) };
}

/** @throws what may go better the next time */
export async function hydrate(deps: HydrateDeps, job: z.input<typeof payload>): Promise<void> {
  const { db, queue, github, log } = deps;
  const { gaps = false, ...place } = job;
  const { tenantId } = place;
  const installationId = await withTenant(db, tenantId, (trx) => findInstallationId(trx, tenantId));
  if (installationId === null) return;
  const priority = gaps ? 'history' : 'live';
  const source = createGitHubCommitSource(github.installation({ tenantId, installationId }, { priority }));
  try {
    const more = gaps
      ? await closeGaps(db, place, { source, since: sinceHorizon(deps.horizonDays) })
      : await hydrateLive(db, place, source);
    if (more) await sendHydrate(queue, db, place, { gaps: true });
  } catch (err) {
    const startAfter = putOffUntil(err);
    if (startAfter) return sendHydrate(queue, db, place, { startAfter, gaps });
    // Of what is gone, or may not be read any more, nothing is to be added.
    if (err instanceof NotFoundError || err instanceof ForbiddenError || err instanceof SuspendedError) return;
    log.warn({ err, tenant: tenantId, queue: HYDRATE }, 'commits without their details, will be tried again');
    throw err;
  }
}
