import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { enterTenant, leaveTenant, type Trx } from '../../../db/tenant.ts';
import { ConflictError, NotFoundError } from '../../errors.ts';
import { readBudget } from '../../github/budget.ts';
import type { Queue } from '../../queue.ts';
import { cancelSync } from '../../sync/cancel-sync.ts';
import { findInstallationId } from '../../sync/next-page.ts';
import { findRunningSync } from '../../sync/running-sync.ts';
import { startBackfill } from '../../sync/start-backfill.ts';
import { recordAudit } from '../../tenancy/audit-log.ts';
import { actorOf } from './actor.ts';
import type { Api, ApiDeps, ApiEnv } from './api-env.ts';
import { defineCursor, idKey, textKey } from './cursor.ts';
import { getRepositoryScope, inOrg, type Org, standingOf } from './org-scope.ts';
import { pageOf } from './page.ts';
import { idParameter, orgParams, repoParameter } from './parameters.ts';
import { requestRoute } from './post-route.ts';
import { listRoute, readRoute, removeRoute } from './route.ts';
import { orgRate, presentOrg, presentRepository, presentSync } from './sync-progress.ts';
import { findTotals, findTurn, listSyncedRepositories, listSyncs } from './sync-rows.ts';
import { orgProgressSchema, repositoryProgressSchema, syncSchema } from './sync-schema.ts';

const MOST_REPOSITORIES = 100;

const get = readRoute({
  operationId: 'getSync',
  path: '/api/v1/orgs/{org}/sync',
  tag: 'Sync',
  summary: 'See how far the sync with GitHub is',
  description: 'Of the organization, and of each repository and entity that is not done.',
  params: orgParams,
  response: orgProgressSchema,
});

const cursor = defineCursor('listSyncedRepositories', [textKey, idKey]);

const list = listRoute({
  operationId: 'listSyncedRepositories',
  path: '/api/v1/orgs/{org}/sync/repositories',
  tag: 'Sync',
  summary: 'List how far the sync of each repository is',
  description: 'By name.',
  params: orgParams,
  filters: {},
  cursor,
  item: repositoryProgressSchema,
});

const start = requestRoute({
  operationId: 'startSync',
  path: '/api/v1/orgs/{org}/sync',
  tag: 'Sync',
  summary: 'Read the history from GitHub again',
  description:
    'Of all repositories, or of those that are named. What is stored stays. While a sync reads the same already, the answer is that one. Follow it with `GET`.',
  params: orgParams,
  request: z.strictObject({
    repositories: z
      .array(repoParameter.openapi({ param: {} }))
      .min(1)
      .max(1_000)
      .optional()
      .openapi({ description: 'Names, with or without the owner, or ids; left out: all.', example: ['shop'] }),
  }),
  response: syncSchema,
});

const remove = removeRoute({
  operationId: 'cancelSync',
  path: '/api/v1/orgs/{org}/sync/{id}',
  tag: 'Sync',
  summary: 'Cancel a sync',
  description: 'It stops where it is; asked for again, it goes on from there. A sync that has ended stays as it is.',
  params: orgParams.extend({
    id: idParameter.openapi({ param: { name: 'id', in: 'path', required: true }, example: 7 }),
  }),
  response: syncSchema,
});

export function addSync(api: Api, { db, queue, connected }: ApiDeps): void {
  api.openapi(get, async (c) => {
    return c.json(await readProgress(c, connected), 200);
  });
  api.openapi(list, async (c) => {
    const { limit, cursor: after } = c.req.valid('query');
    const turn = await findTurn(db, standingOf(c).org.tenant_id);
    const { rows, rate } = await inOrg(c, async (trx, { tenant_id }) => ({
      rows: await listSyncedRepositories(trx, tenant_id, { limit, after }),
      rate: orgRate({ turn, syncs: await listSyncs(trx, tenant_id) }),
    }));
    return c.json(pageOf(c, { rows, limit, cursor, present: (row) => presentRepository(row, rate) }), 200);
  });
  api.openapi(start, async (c) => {
    if (!connected) throw new ConflictError(OFF);
    const { repositories } = c.req.valid('json');
    return c.json(await readSync(c, await startNow(c, { queue, repositories })), 202);
  });
  api.openapi(remove, async (c) => {
    const { id } = c.req.valid('param');
    const { org } = standingOf(c);
    const found = await db.transaction().execute(async (trx) => {
      const isThere = await cancelSync(trx, { tenantId: org.tenant_id, syncId: id });
      if (isThere) await recordSync(trx, c, { action: 'sync.cancel', syncId: id, after: null });
      return isThere;
    });
    if (!found) throw new NotFoundError(`There is no sync ${id} in ${org.login}.`);
    return c.json(await readSync(c, id), 200);
  });
}

const OFF = 'Sync is off: set APP_ID, PRIVATE_KEY_PATH and WEBHOOK_SECRET, and start Shiplog again.';

async function readProgress(c: Context<ApiEnv>, connected: boolean) {
  const { tenant_id: tenantId } = standingOf(c).org;
  const turn = await findTurn(c.var.db, tenantId);
  const { budgets } = await readBudget(c.var.db, tenantId);
  return inOrg(c, async (trx) =>
    presentOrg({
      connected,
      installed: (await findInstallationId(trx, tenantId)) !== null,
      totals: await findTotals(trx, tenantId),
      turn,
      budgets,
      syncs: await listSyncs(trx, tenantId),
      repositories: await listUnfinished(trx, tenantId),
    }),
  );
}

interface StartRequest {
  readonly queue: Queue;
  readonly repositories: readonly string[] | undefined;
}

/** @returns the sync that was started, or the one that reads the same already */
async function startNow(c: Context<ApiEnv>, { queue, repositories }: StartRequest): Promise<number> {
  const { tenant_id: tenantId, login } = standingOf(c).org;
  const { repositoryIds, running } = await inOrg(c, async (trx, org) => {
    if ((await findInstallationId(trx, tenantId)) === null) {
      throw new ConflictError(`The GitHub App is suspended in ${login}, or not installed.`);
    }
    const ids = repositories && (await idsOf(trx, org, repositories));
    return { repositoryIds: ids, running: await findRunningSync(trx, tenantId, ids) };
  });
  if (running !== undefined) return running;
  const request = { tenantId, reason: 'request' as const, requestedBy: actorOf(c).name };
  return c.var.db.transaction().execute(async (trx) => {
    const syncId = await startBackfill(trx, { ...request, ...(repositoryIds && { repositoryIds }) }, { queue });
    await recordSync(trx, c, { action: 'sync.start', syncId, after: { repositories: repositories ?? 'all' } });
    return syncId;
  });
}

interface SyncEntry {
  readonly action: 'sync.start' | 'sync.cancel';
  readonly syncId: number;
  readonly after: object | null;
}

/** @param trx of the instance */
async function recordSync(trx: Trx, c: Context<ApiEnv>, { action, syncId, after }: SyncEntry): Promise<void> {
  const { tenant_id: tenantId } = standingOf(c).org;
  await enterTenant(trx, tenantId);
  await recordAudit(trx, { tenantId, actor: actorOf(c), action, target: `sync ${syncId}`, before: null, after });
  await leaveTenant(trx);
}

function readSync(c: Context<ApiEnv>, syncId: number) {
  return inOrg(c, async (trx, org) => {
    const [row] = await listSyncs(trx, org.tenant_id, syncId);
    if (!row) throw new NotFoundError(`There is no sync ${syncId} in ${org.login}.`);
    return presentSync(row);
  });
}

async function listUnfinished(trx: Trx, tenantId: number) {
  const query = { limit: MOST_REPOSITORIES, after: undefined, unfinished: true };
  return (await listSyncedRepositories(trx, tenantId, query)).slice(0, MOST_REPOSITORIES);
}

async function idsOf(trx: Trx, org: Org, names: readonly string[]): Promise<number[]> {
  const ids: number[] = [];
  for (const name of names) ids.push((await getRepositoryScope(trx, org, name)).repository_id);
  return ids;
}
