import type { Database } from '../../db/connection.ts';
import type { Config } from '../config.ts';
import { RateLimitedError, SuspendedError } from '../errors.ts';
import type { GitHub } from '../github/github.ts';
import type { Logger } from '../logging.ts';
import type { Queue } from '../queue.ts';
import { type Recovered, recoverMissedDeliveries } from '../sync/missed-deliveries.ts';
import { reconcileInstallations } from '../sync/reconcile-installations.ts';
import { reconcileTenant } from '../sync/reconcile-tenant.ts';
import { startGapBackfills } from '../sync/start-gap-backfills.ts';
import { createStoreMissed, hookRetentionDays } from './missed-deliveries.ts';

export interface RecoverNow {
  readonly db: Database;
  readonly queue: Queue;
  readonly log: Logger;
  readonly github: Pick<GitHub, 'app' | 'installation'>;
  readonly config: Pick<Config, 'appId' | 'gheHost' | 'syncHorizonDays'>;
  readonly signal: AbortSignal;
}

/** What the jobs of the recovery do, once and at once; what has to be read again is left to the sync. */
export async function recoverNow({ db, queue, log, github, config, signal }: RecoverNow): Promise<{
  missed: Recovered;
  tenants: number;
  started: number;
  left: number;
}> {
  const missed = await recoverMissedDeliveries(db, {
    app: github.app,
    store: createStoreMissed(db, queue),
    retentionDays: hookRetentionDays(config.gheHost),
    onGap: () => startGapBackfills(db, { queue, log }),
    log,
    signal,
  });
  const tenantIds = await reconcileInstallations(db, { app: github.app, appId: config.appId ?? 0, queue });
  let started = 0;
  let left = 0;
  for (const tenantId of tenantIds) {
    signal.throwIfAborted();
    const deps = { github, queue, horizonDays: config.syncHorizonDays, signal };
    const result = await reconcileTenant(db, tenantId, deps).catch(unlessOfTheTenant);
    if (result === 'limited') {
      left += 1;
      log.warn({ tenant: tenantId }, 'tenant not compared: it is at its limit');
    } else if (result) started += 1;
  }
  return { missed, tenants: tenantIds.length - left, started, left };
}

/** A limit, or a suspension since the list was read, is of one organization: the others go on. */
function unlessOfTheTenant(error: unknown): false | 'limited' {
  if (error instanceof SuspendedError) return false;
  if (error instanceof RateLimitedError) return 'limited';
  throw error;
}
