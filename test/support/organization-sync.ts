import type { sql } from 'kysely';
import { afterAll } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { loadConfig } from '../../src/config.ts';
import { createGitHub } from '../../src/github/create-github.ts';
import { createLogger } from '../../src/logging.ts';
import { startQueue, SYNC_ACCESS } from '../../src/queue.ts';
import { accessJob, type AccessSubject } from '../../src/sync/organization/access-job.ts';
import { syncAccess } from '../../src/sync/organization/sync-access.ts';
import { storeFacts } from './api.ts';
import { createTestDatabase } from './database.ts';
import { startStandIn } from './github/stand-in.ts';
import { sampleOrg, type SampleSize } from './github/truth/sample-org.ts';

const AT = '2026-01-01T00:00:00.000Z';
const small = { commits: 1, pulls: 0, issues: 0, releases: 0, deployments: 0, workflowRuns: 0 };

/** A stand-in GitHub with an organization, a database, and the jobs that read who has access. */
export async function createOrganizationSync(size: SampleSize = {}) {
  const { db, url } = await createTestDatabase();
  const log = createLogger({ level: 'silent', format: 'json' });
  const queue = await startQueue({ url, log });
  const standIn = await startStandIn();
  afterAll(async () => {
    await standIn.stop();
    await queue.stop({ graceful: false });
  });
  const organization = sampleOrg(standIn.truth, 1, { ...small, ...size });
  const installation = standIn.truth.install(organization, { at: AT });
  const github = createGitHub({ config: loadConfig({ ...standIn.environment }), db, log });
  const tenantId = organization.id;
  const deps = { db, github, queue };

  await storeFacts(db, tenantId, organization.login, {
    installations: [
      {
        installation_id: installation.id,
        observed: {
          at: AT,
          app_id: standIn.appId,
          repository_selection: 'all',
          permissions: {},
          events: [],
          created_at: AT,
          suspended_at: null,
        },
      },
    ],
    repositories: organization.repositories.map(({ id, fullName }) => ({
      repository_id: id,
      named: { at: AT, full_name: fullName, private: true },
      installed: { at: AT, installed: true },
    })),
  });

  /** Runs a job and all that follow from it. */
  async function sync(subject: AccessSubject = { kind: 'organization' }): Promise<void> {
    await syncAccess(deps, { tenantId, priority: 'live', subject });
    for (;;) {
      const [job] = await queue.fetch(SYNC_ACCESS);
      if (!job) return;
      await syncAccess(deps, accessJob.parse(job.data));
      await queue.complete(SYNC_ACCESS, job.id);
    }
  }

  function query<Row>(statement: ReturnType<typeof sql<Row>>): Promise<readonly Row[]> {
    return withTenant(db, tenantId, async (trx) => (await statement.execute(trx)).rows);
  }

  return { db, url, queue, github, standIn, organization, installation, tenantId, deps, sync, query };
}
