import { zstdCompressSync } from 'node:zlib';
import { Probot } from 'probot';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logging.ts';
import { HYDRATE, startQueue } from '../../src/queue.ts';
import { onWork } from '../../src/reactions/on-work.ts';
import { createReactions } from '../../src/worker/reactions.ts';
import { appPrivateKey } from '../support/app-key.ts';
import { createTestDatabase } from '../support/database.ts';
import { ACME, type Json, pushPayload, T0, ZERO_SHA } from '../support/payloads.ts';
import { pullRequestPayload } from '../support/work-payloads.ts';

const { db, url } = await createTestDatabase();
const log = createLogger({ level: 'silent', format: 'json' });
const queue = await startQueue({ url, log });
afterAll(() => queue.stop());
afterEach(() => queue.deleteAllJobs(HYDRATE));

const probot = new Probot({ appId: 1, privateKey: appPrivateKey, secret: 'secret', log: log.child({}) });
const reactions = await createReactions(probot, (app) => onWork(app, { db, queue }));

async function jobsAfter(event: string, payload: Json): Promise<unknown[]> {
  await reactions.react({ guid: 'guid', event, body: zstdCompressSync(JSON.stringify(payload)) });
  const jobs = await queue.findJobs(HYDRATE, { queued: true });
  return jobs.map(({ data }) => data);
}

describe('what commits set off', () => {
  const place = { tenantId: ACME.id, repositoryId: 9_000 };

  it.each<[string, string, Json, unknown[]]>([
    ['a push asks for their details', 'push', pushPayload(), [place]],
    ['the deletion of a branch has none', 'push', pushPayload({ after: ZERO_SHA, commits: [] }), []],
    [
      'a merge asks for the list of its commits',
      'pull_request',
      pullRequestPayload({ action: 'closed', pull: { mergedAt: T0 } }),
      [place],
    ],
    [
      'a pull request that was closed has brought none',
      'pull_request',
      pullRequestPayload({ action: 'closed', pull: { closedAt: T0 } }),
      [],
    ],
  ])('%s', async (_name, event, payload, expected) => {
    expect(await jobsAfter(event, payload)).toEqual(expected);
  });
});
