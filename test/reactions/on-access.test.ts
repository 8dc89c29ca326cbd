import { zstdCompressSync } from 'node:zlib';
import { Probot } from 'probot';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logging.ts';
import { startQueue, SYNC_ACCESS } from '../../src/queue.ts';
import { onAccess } from '../../src/reactions/on-access.ts';
import { accessJob } from '../../src/sync/organization/access-job.ts';
import { createReactions } from '../../src/worker/reactions.ts';
import { appPrivateKey } from '../support/app-key.ts';
import { createTestDatabase } from '../support/database.ts';
import { ACME, BOB, organizationPayload, repositoryPayload, userPayload } from '../support/payloads.ts';

const { url } = await createTestDatabase();
const log = createLogger({ level: 'silent', format: 'json' });
const queue = await startQueue({ url, log });
afterAll(() => queue.stop({ graceful: false }));
beforeEach(() => queue.deleteAllJobs(SYNC_ACCESS));

const probot = new Probot({ appId: 1, privateKey: appPrivateKey, secret: 'secret', log: log.child({}) });
const reactions = await createReactions(probot, (app) => onAccess(app, { queue }));

const organization = organizationPayload(ACME);
const repository = repositoryPayload();
const team = { id: 3, slug: 'crew', name: 'Crew' };
const teamJob = { kind: 'team', id: 3 };
const repositoryJob = { kind: 'repository', id: 9_000 };

async function subjectsAfter(event: string, payload: object): Promise<unknown[]> {
  const body = zstdCompressSync(Buffer.from(JSON.stringify(payload)));
  for (const guid of ['a', 'b']) await reactions.react({ guid, event, body });
  const jobs = await queue.fetch(SYNC_ACCESS, { batchSize: 10 });
  const parsed = jobs.map(({ data }) => accessJob.parse(data));
  for (const job of parsed) expect(job).toMatchObject({ tenantId: ACME.id, priority: 'live' });
  return parsed.map(({ subject }) => subject).toSorted((a, b) => (a.kind < b.kind ? 1 : -1));
}

describe('an event about access', () => {
  it.each([
    ['team', { action: 'edited', organization, team }, [teamJob]],
    ['team', { action: 'added_to_repository', organization, team, repository }, [teamJob, repositoryJob]],
    ['team_add', { organization, team, repository }, [teamJob, repositoryJob]],
    ['membership', { action: 'added', organization, team, member: userPayload(BOB) }, [teamJob]],
    ['member', { action: 'edited', repository, member: userPayload(BOB) }, [repositoryJob]],
    [
      'organization',
      { action: 'member_removed', organization, membership: { user: userPayload(BOB) } },
      [{ kind: 'member', id: BOB.id }],
    ],
    ['organization', { action: 'renamed', organization }, []],
    ['repository', { action: 'privatized', repository }, [repositoryJob]],
    ['repository', { action: 'edited', repository }, []],
    [
      'installation_repositories',
      { action: 'added', installation: { id: 1, account: { id: ACME.id } }, repositories_added: [{ id: 9_000 }] },
      [repositoryJob],
    ],
  ])('%s %j has read again what it names, once', async (event, payload, expected) => {
    expect(await subjectsAfter(event, payload)).toEqual(expected);
  });
});
