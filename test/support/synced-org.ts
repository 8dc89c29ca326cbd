import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { loadConfig } from '../../src/config.ts';
import { createGitHub } from '../../src/github/create-github.ts';
import { createLogger } from '../../src/logging.ts';
import { HYDRATE, startQueue, SYNC_PAGE } from '../../src/queue.ts';
import { openEntities } from '../../src/sync/entities/registry.ts';
import { recoverMissedDeliveries } from '../../src/sync/missed-deliveries.ts';
import { reconcileInstallations } from '../../src/sync/reconcile-installations.ts';
import { reconcileTenant } from '../../src/sync/reconcile-tenant.ts';
import { startGapBackfills } from '../../src/sync/start-gap-backfills.ts';
import type { SyncCursor } from '../../src/sync/sync-cursor.ts';
import { syncPage } from '../../src/sync/sync-page.ts';
import { applyDueDeliveries } from '../../src/worker/apply-deliveries.ts';
import { hydrate } from '../../src/worker/hydrate-jobs.ts';
import { createStoreMissed } from '../../src/worker/missed-deliveries.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { type SampleSize, sampleOrg } from './github/truth/sample-org.ts';
import { startStandIn } from './github/stand-in.ts';

const INSTALLED_AT = '2026-03-01T00:00:00Z';

/** A Shiplog without a server, beside a stand-in GitHub with an organization that installed it. */
export async function createSyncedOrg(seed: number, size: SampleSize) {
  const standIn = await startStandIn();
  afterAll(() => standIn.stop());
  const organization = sampleOrg(standIn.truth, seed, size);
  const installation = standIn.truth.install(organization, { at: INSTALLED_AT });
  const shiplog = await createShiplog(standIn.environment);
  return { standIn, organization, installation, tenantId: organization.id, ...shiplog };
}

const isWorkflowSource = () => Promise.resolve(true);

/** Shiplog's jobs, run by hand, over a database of their own or one that is given. */
export async function createShiplog(environment: Readonly<Record<string, string>>, database?: TestDatabase) {
  const { db, url, superuserUrl } = database ?? (await createTestDatabase());
  const log = createLogger({ level: 'silent', format: 'json' });
  const queue = await startQueue({ url, log });
  afterAll(() => queue.stop({ graceful: false }));
  const config = loadConfig({ ...environment });
  const github = createGitHub({ config, db, log });
  const appId = config.appId ?? 0;
  const cloneDirectory = await mkdtemp(join(tmpdir(), 'shiplog-clones-'));
  const entities = openEntities({ github, cloneDirectory, cloneFromCommits: 20_000, isWorkflowSource });
  afterAll(async () => {
    await entities.stop();
    await rm(cloneDirectory, { recursive: true, force: true });
  });
  const deps = { db, queue, log, github, entities: entities.all, horizonDays: null };

  /** Adds what is missing of the history. */
  async function closeGaps(): Promise<void> {
    for (;;) {
      const [job] = await queue.fetch<Parameters<typeof hydrate>[1]>(HYDRATE, { ignoreStartAfter: true });
      if (!job) return;
      await hydrate({ ...deps, log }, job.data);
      await queue.complete(HYDRATE, job.id);
    }
  }

  /** Reads page after page until nothing is left to read. */
  async function sync(): Promise<void> {
    for (;;) {
      const [job] = await queue.fetch<{ tenantId: number }>(SYNC_PAGE);
      if (!job) return;
      await syncPage(deps, job.data.tenantId);
      await queue.complete(SYNC_PAGE, job.id);
    }
  }

  return {
    db,
    url,
    superuserUrl,
    queue,
    log,
    github,
    horizonDays: null,
    sync,
    closeGaps,
    /** What happens every night, to its end. */
    async reconcile(): Promise<void> {
      const tenantIds = await reconcileInstallations(db, { app: github.app, appId, queue });
      for (const tenantId of tenantIds) {
        for (let looks = 0, more = true; more && looks < 6; looks += 1) {
          await sync();
          more = await reconcileTenant(db, tenantId, { github, queue, horizonDays: null });
        }
        await closeGaps();
      }
      await sync();
    },
    /** What the hook's deliveries have that is not stored, as every 15 minutes. */
    async recoverMissed(): Promise<void> {
      const store = createStoreMissed(db, queue);
      const onGap = () => startGapBackfills(db, { queue, log });
      await recoverMissedDeliveries(db, { app: github.app, store, retentionDays: 3, onGap, log });
    },
    /** Applies what intake has stored. */
    async applyDeliveries(): Promise<void> {
      for (let more = true; more; ) {
        ({ more } = await db.transaction().execute((trx) => applyDueDeliveries(trx, { appId, log })));
      }
    },
    async readCursors(tenantId: number): Promise<readonly SyncCursor[]> {
      return withTenant(db, tenantId, async (trx) => {
        const { rows } = await sql<SyncCursor>`
          select * from sync_cursors where tenant_id = ${tenantId} order by repository_id, entity`.execute(trx);
        return rows;
      });
    },
  };
}
