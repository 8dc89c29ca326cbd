import { randomUUID } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { sql } from 'kysely';
import { Probot } from 'probot';
import { beforeEach, describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { SYNC_PAGE } from '../../src/queue.ts';
import { onInstallation } from '../../src/reactions/on-installation.ts';
import { createReactions } from '../../src/worker/reactions.ts';
import { repositoryFact, storeFacts } from '../support/api.ts';
import { appPrivateKey } from '../support/app-key.ts';
import { createSyncEngine, installationFact } from '../support/sync-engine.ts';

const { db, queue, log } = await createSyncEngine([]);
const probot = new Probot({ appId: 1, privateKey: appPrivateKey, secret: 'secret', log: log.child({}) });
const reactions = await createReactions(probot, (app) => onInstallation(app, { db, queue }));
let tenantId = 0;

beforeEach(async () => {
  tenantId += 1;
  await queue.deleteAllJobs();
  await storeFacts(db, tenantId, 'acme', installationFact(tenantId), repositoryFact(11, 'acme/shop'));
});

function react(event: string, action: string, more: object = {}, account = tenantId): Promise<void> {
  const payload = { action, installation: { id: account, account: { id: account, login: 'acme' } }, ...more };
  return reactions.react({ guid: randomUUID(), event, body: zstdCompressSync(JSON.stringify(payload)) });
}

function listSyncs() {
  return withTenant(db, tenantId, async (trx) => {
    const { rows } = await sql`
      select reason, state, to_json(repository_ids) as repositories from syncs where tenant_id = ${tenantId}`.execute(
      trx,
    );
    return rows;
  });
}

describe('a backfill', () => {
  it.each([
    ['created', 'installation'],
    ['unsuspend', 'unsuspend'],
    ['new_permissions_accepted', 'permissions'],
  ])('of all repositories starts at installation.%s', async (action, reason) => {
    await react('installation', action);
    expect(await listSyncs()).toEqual([{ reason, state: 'running', repositories: null }]);
    expect(await queue.findJobs(SYNC_PAGE)).toMatchObject([{ data: { tenantId } }]);
  });

  it('of those that were added starts at installation_repositories.added', async () => {
    await react('installation_repositories', 'added', { repositories_added: [{ id: 11, full_name: 'acme/shop' }] });
    expect(await listSyncs()).toEqual([{ reason: 'repositories', state: 'running', repositories: [11] }]);
  });

  it.each(['created', 'transferred'])(
    'of one that is new in the organization starts at repository.%s',
    async (action) => {
      const repository = { id: 11, full_name: 'acme/shop', owner: { id: tenantId, login: 'acme' } };
      await react('repository', action, { repository });
      expect(await listSyncs()).toEqual([{ reason: 'repositories', state: 'running', repositories: [11] }]);
    },
  );

  it('starts for nothing else, and for nobody who is no tenant', async () => {
    await react('installation', 'suspend');
    await react('installation_repositories', 'removed', { repositories_removed: [{ id: 11 }] });
    await react('installation', 'created', {}, 999_999);
    await react('repository', 'renamed', { repository: { id: 11, owner: { id: tenantId, login: 'acme' } } });
    expect(await listSyncs()).toEqual([]);
    expect(await queue.findJobs(SYNC_PAGE)).toEqual([]);
  });

  it('that is asked for twice waits in line once', async () => {
    await react('installation', 'created');
    await react('installation', 'created');
    expect(await queue.findJobs(SYNC_PAGE)).toHaveLength(1);
  });
});
