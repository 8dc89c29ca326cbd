import { fromKysely, PgBoss } from 'pg-boss';
import type { Trx } from '../db/tenant.ts';
import { connectPool } from '../db/connection.ts';
import type { Logger } from './logging.ts';

export type Queue = PgBoss;

/** Wakes a worker to apply the pending deliveries: one job for many, sent in the commit that stores them. */
export const APPLY_DELIVERIES = 'apply-deliveries';

/** Wakes a worker to sync one page of one tenant: what is to be done, the tables say. */
export const SYNC_PAGE = 'sync-page';

/** Sets off the reactions to the deliveries of a batch: one job for those that have any, sent in the commit that applies them. */
export const REACT = 'react';

/** Reads again who has access: an organization, a team, a member or a repository a job. */
export const SYNC_ACCESS = 'sync-access';

/** Brings what is derived from the facts of one tenant up to date, sent in the commit that changes these. */
export const RECOMPUTE_METRICS = 'recompute-metrics';

/** Adds to the commits of a repository what webhooks leave out: one job for all that came meanwhile. */
export const HYDRATE = 'hydrate';

/** Says on a head of a pull request, or of a merge group, how it stands: one job for all that came meanwhile. */
export const CHECK_RUN = 'check-run';

/** Takes erased people out of the stored deliveries of a tenant. */
export const ERASE_DELIVERIES = 'erase-deliveries';

/** Removes what is stored of an account that has no App any more. */
export const PURGE = 'purge';

export interface QueueOptions {
  /** As the owner of the database: pg-boss keeps its own tables. */
  url: string;
  log: Logger;
}

const queues: Readonly<Record<string, Parameters<Queue['createQueue']>[1]>> = {
  [APPLY_DELIVERIES]: {
    notify: true,
    retryLimit: 1_000,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: 60,
    expireInSeconds: 60,
    deleteAfterSeconds: 600,
  },
  // One job a tenant waits in line at most. One that is lost, or late, the sweep of turns sends again.
  [SYNC_PAGE]: {
    policy: 'short',
    notify: true,
    retryLimit: 0,
    expireInSeconds: 6 * 3_600,
    deleteAfterSeconds: 600,
  },
  [REACT]: {
    notify: true,
    retryLimit: 10,
    retryDelay: 2,
    retryBackoff: true,
    retryDelayMax: 600,
    expireInSeconds: 600,
    deleteAfterSeconds: 600,
  },
  [RECOMPUTE_METRICS]: {
    notify: true,
    retryLimit: 10,
    retryDelay: 2,
    retryBackoff: true,
    retryDelayMax: 600,
    expireInSeconds: 3_600,
    deleteAfterSeconds: 600,
  },
  // What is asked for twice before it runs is read once.
  [SYNC_ACCESS]: {
    policy: 'short',
    notify: true,
    retryLimit: 8,
    retryDelay: 5,
    retryBackoff: true,
    retryDelayMax: 900,
    heartbeatSeconds: 60,
    expireInSeconds: 3_600,
    deleteAfterSeconds: 600,
  },
  [HYDRATE]: {
    policy: 'short',
    retryLimit: 8,
    retryDelay: 10,
    retryBackoff: true,
    retryDelayMax: 900,
    expireInSeconds: 900,
    deleteAfterSeconds: 600,
  },
  // One of a head at work, so that two never write at once, and one in line.
  [CHECK_RUN]: {
    policy: 'stately',
    retryLimit: 8,
    retryDelay: 5,
    retryBackoff: true,
    retryDelayMax: 900,
    expireInSeconds: 120,
    deleteAfterSeconds: 600,
  },
  // One of a tenant in line, and one at work.
  [ERASE_DELIVERIES]: {
    policy: 'stately',
    notify: true,
    retryLimit: 10,
    retryDelay: 5,
    retryBackoff: true,
    retryDelayMax: 900,
    heartbeatSeconds: 60,
    expireInSeconds: 6 * 3_600,
    deleteAfterSeconds: 600,
  },
  [PURGE]: {
    policy: 'stately',
    notify: true,
    retryLimit: 10,
    retryDelay: 5,
    retryBackoff: true,
    retryDelayMax: 900,
    heartbeatSeconds: 60,
    expireInSeconds: 6 * 3_600,
    deleteAfterSeconds: 600,
  },
};

export async function startQueue({ url, log }: QueueOptions): Promise<Queue> {
  const queue = new PgBoss({ connectionString: url, max: 6, application_name: 'shiplog-queue', useListenNotify: true });
  queue.on('error', (err) => log.error({ err }, 'queue failed'));
  queue.on('warning', ({ message }) => log.warn({ queue: message }, 'queue warned'));
  await queue.start();
  for (const [name, options] of Object.entries(queues)) await queue.createQueue(name, options);
  await grantToInstance(url);
  return queue;
}

/** A queue that only sends, over connections that it is given: for a thread beside the one that started the queue. */
export async function connectQueue(db: Trx): Promise<Queue> {
  const queue = new PgBoss({ db: fromKysely(db), supervise: false, schedule: false, migrate: false });
  await queue.start();
  return queue;
}

/** Sends the job inside `trx`, so that it commits with the deliveries. */
export async function sendApplyDeliveries(queue: Queue, trx: Trx): Promise<void> {
  await queue.insert(APPLY_DELIVERIES, [{}], { db: fromKysely(trx) });
}

/** Sends, inside `trx`, a job for the next page of each tenant that has none in line. */
export async function sendSyncPages(queue: Queue, trx: Trx, tenantIds: readonly number[]): Promise<void> {
  const jobs = tenantIds.map((tenantId) => ({ data: { tenantId }, singletonKey: String(tenantId) }));
  await queue.insert(SYNC_PAGE, jobs, { db: fromKysely(trx) });
}

/** Sends, inside `trx`, a job for each group of deliveries. */
export async function sendReact(queue: Queue, trx: Trx, groups: readonly (readonly number[])[]): Promise<void> {
  if (groups.length === 0) return;
  const jobs = groups.map((deliveryIds) => ({ data: { deliveryIds } }));
  await queue.insert(REACT, jobs, { db: fromKysely(trx) });
}

/** Sends, inside `trx`, a job for each tenant. One too many finds nothing to do. */
export async function sendRecomputeMetrics(queue: Queue, trx: Trx, tenantIds: readonly number[]): Promise<void> {
  if (tenantIds.length === 0) return;
  const jobs = tenantIds.map((tenantId) => ({ data: { tenantId } }));
  await queue.insert(RECOMPUTE_METRICS, jobs, { db: fromKysely(trx) });
}

export interface HydratePlace {
  readonly tenantId: number;
  readonly repositoryId: number;
}

/** Pushes come in twos and threes: a branch and its merge. */
const GATHER_MS = 2_000;

interface HydrateOptions {
  readonly startAfter?: Date;
  /** Looks for every commit that is missing, and not only behind what was pushed. */
  readonly gaps?: boolean;
}

/** Sends, inside `trx`, a job for the repository, unless one is in line. */
export async function sendHydrate(
  queue: Queue,
  trx: Trx,
  { tenantId, repositoryId }: HydratePlace,
  { startAfter = new Date(Date.now() + GATHER_MS), gaps = false }: HydrateOptions = {},
): Promise<void> {
  const singletonKey = `${tenantId}/${repositoryId}${gaps ? '/gaps' : ''}`;
  const data = { tenantId, repositoryId, ...(gaps && { gaps }) };
  await queue.insert(HYDRATE, [{ data, singletonKey, startAfter }], { db: fromKysely(trx) });
}

/** What a check run is about: a commit that pull requests may be merged from, or a merge group. */
export interface CheckedHead {
  readonly tenantId: number;
  readonly repositoryId: number;
  readonly headSha: string;
}

/** Sends, inside `trx`, a job for each head that has none in line. */
export async function sendCheckRuns(
  queue: Queue,
  trx: Trx,
  heads: readonly CheckedHead[],
  { startAfter }: { readonly startAfter: Date },
): Promise<void> {
  if (heads.length === 0) return;
  const jobs = heads.map(({ tenantId, repositoryId, headSha }) => ({
    data: { tenantId, repositoryId, headSha },
    singletonKey: `${tenantId}/${repositoryId}/${headSha}`,
    startAfter,
  }));
  await queue.insert(CHECK_RUN, jobs, { db: fromKysely(trx) });
}

/** Sends, inside `trx`, a job for the tenant, unless one is in line. */
export async function sendEraseDeliveries(queue: Queue, trx: Trx, tenantId: number): Promise<void> {
  const job = { data: { tenantId }, singletonKey: String(tenantId) };
  await queue.insert(ERASE_DELIVERIES, [job], { db: fromKysely(trx) });
}

/** Sends, inside `trx`, a job for the account, unless one is in line. */
export async function sendPurge(queue: Queue, trx: Trx, tenantId: number): Promise<void> {
  const job = { data: { tenantId }, singletonKey: String(tenantId) };
  await queue.insert(PURGE, [job], { db: fromKysely(trx) });
}

async function grantToInstance(url: string): Promise<void> {
  const pool = connectPool({ url, max: 1 });
  try {
    await pool.query(`
      grant usage on schema pgboss to shiplog_instance;
      grant select, insert, update, delete on all tables in schema pgboss to shiplog_instance;
    `);
  } finally {
    await pool.end();
  }
}
