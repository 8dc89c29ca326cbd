import { randomUUID } from 'node:crypto';
import type { Database } from '../../db/connection.ts';
import { enterTenant, leaveTenant, type Trx } from '../../db/tenant.ts';
import { AppRefusedError, NotFoundError, RateLimitedError, SuspendedError } from '../errors.ts';
import type { GitHub } from '../github/github.ts';
import type { Logger } from '../logging.ts';
import { type Queue, sendHydrate } from '../queue.ts';
import type { Entity } from './entity.ts';
import { finishSyncs } from './finished-syncs.ts';
import { findDueAt, findInstallationId, findNextPage, type NextPage } from './next-page.ts';
import { sendAccessJobs } from './organization/access-job.ts';
import { putOffUntil } from './put-off.ts';
import { readPage } from './read-page.ts';
import { applyPage, storePage } from './store-page.ts';
import { inTurn, keepTurn, lockTurn, type NextTurn, passTurn, takeTurn, type Turn } from './turns.ts';

export interface SyncDeps {
  readonly db: Database;
  readonly queue: Queue;
  readonly log: Logger;
  readonly github: Pick<GitHub, 'installation'>;
  readonly entities: readonly Entity[];
  /** How many days of history; null: all. */
  readonly horizonDays: number | null;
}

const SUSPENDED_AGAIN_MS = 15 * 60_000;
const BROKEN_AGAIN_MS = 5_000;

/**
 * Syncs one page of a tenant, if it is its turn. GitHub is asked outside of any transaction; then the facts, the cursor
 * and the next turn commit together, so that a crash at any point repeats this page and no other.
 * @param signal the worker stops: a page that is on its way is dropped, and the turn given back
 * @throws only what is no fault of the page, such as a lost connection
 */
export async function syncPage(deps: SyncDeps, tenantId: number, signal?: AbortSignal): Promise<void> {
  const turn = { tenantId, lease: randomUUID() };
  if (!(await takeTurn(deps.db, turn))) return;
  try {
    const next = await chooseInTurn(deps, turn);
    if (next !== null) await syncInTurn(deps, { turn, next, signal });
  } catch (error) {
    const again = { dueAt: new Date(Date.now() + BROKEN_AGAIN_MS) };
    await passTurn(deps.db, turn, again, deps.queue).catch(() => {});
    throw error;
  }
}

/** What to read. @returns null, and gives the turn back, when there is nothing */
function chooseInTurn({ db, queue }: SyncDeps, turn: Turn): Promise<NextPage | null> {
  const { tenantId } = turn;
  return inTurn(db, turn, async (trx) => {
    await enterTenant(trx, tenantId);
    const installationId = await findInstallationId(trx, tenantId);
    const next = installationId === null ? null : await findNextPage(trx, tenantId, installationId);
    if (next === null && installationId !== null) await finishSyncs(trx, tenantId);
    const dueAt = installationId === null ? null : await findDueAt(trx, tenantId);
    await leaveTenant(trx);
    if (next !== null) return next;
    await passTurn(trx, turn, { dueAt, ...(installationId === null && { waiting: 'suspended' }) }, queue);
    return null;
  });
}

interface PageInTurn {
  readonly turn: Turn;
  readonly next: NextPage;
  readonly signal: AbortSignal | undefined;
}

async function syncInTurn(deps: SyncDeps, { turn, next, signal }: PageInTurn): Promise<void> {
  const { db, queue, log, horizonDays } = deps;
  const page = keepTurn(db, turn, () => readPage(deps, { tenantId: turn.tenantId, next }));
  const outcome = await unlessAborted(page, signal);
  if (outcome === undefined) return passTurn(db, turn, { dueAt: new Date() }, queue);
  if (outcome.error instanceof AppRefusedError) {
    log.warn({ err: outcome.error, tenant: turn.tenantId }, 'sync waits: GitHub does not accept the App');
  }
  const wait = outcome.error === undefined ? undefined : waitFor(outcome.error);
  if (wait !== undefined) return inTurn(db, turn, (trx) => passTurn(trx, turn, wait, queue));
  const { tenantId } = turn;
  const failed = await db.transaction().execute(async (trx) => {
    const fault = await asTenant(trx, tenantId, () => applyPage(trx, tenantId, outcome));
    await lockTurn(trx, tenantId);
    const stored = await asTenant(trx, tenantId, async () => {
      const page = await storePage(trx, { tenantId, next, outcome, fault, horizonDays });
      await finishSyncs(trx, tenantId);
      return { ...page, dueAt: await findDueAt(trx, tenantId) };
    });
    const { entity, repository_id: repositoryId } = next.cursor;
    // By its dates a branch may be older than where a pass over what is new ends.
    if (stored.ended && entity === 'commits') await sendHydrate(queue, trx, { tenantId, repositoryId }, { gaps: true });
    if (outcome.listed?.cursor === null) await readAccess(trx, queue, tenantId);
    await passTurn(trx, turn, { items: stored.items, dueAt: stored.dueAt }, queue);
    return fault;
  });
  if (failed && !(failed.error instanceof NotFoundError)) {
    log.warn({ err: failed.error, tenant: tenantId }, 'page failed');
  }
}

/** Who has access is read when it is known to which repositories. */
function readAccess(trx: Trx, queue: Queue, tenantId: number): Promise<void> {
  return sendAccessJobs(queue, [{ tenantId, priority: 'history', subject: { kind: 'organization' } }], { trx });
}

async function asTenant<T>(trx: Trx, tenantId: number, work: () => Promise<T>): Promise<T> {
  await enterTenant(trx, tenantId);
  const result = await work();
  await leaveTenant(trx);
  return result;
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (signal === undefined) return work;
  const aborted = Promise.withResolvers<undefined>();
  const onAbort = () => aborted.resolve(undefined);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  return Promise.race([work, aborted.promise]).finally(() => signal.removeEventListener('abort', onAbort));
}

/** What is no fault of the page, and no failed attempt. */
function waitFor(error: unknown): NextTurn | undefined {
  // The event that says so may be lost, so GitHub is asked again; the one that ends it makes the turn due at once.
  if (error instanceof SuspendedError)
    return { dueAt: new Date(Date.now() + SUSPENDED_AGAIN_MS), waiting: 'suspended' };
  const dueAt = putOffUntil(error);
  return dueAt && { dueAt, ...(error instanceof RateLimitedError && { waiting: 'rate_limit' }) };
}
