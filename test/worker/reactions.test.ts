import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { Probot } from 'probot';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/logging.ts';
import { startQueue } from '../../src/queue.ts';
import { createReactions } from '../../src/worker/reactions.ts';
import { startWorker, type Worker } from '../../src/worker/start-worker.ts';
import { appPrivateKey } from '../support/app-key.ts';
import { createTestDatabase } from '../support/database.ts';
import { commitPayload, pushPayload, sha } from '../support/payloads.ts';
import { readDelivery, storeDelivery } from '../support/stored-deliveries.ts';
import { issuePayload } from '../support/work-payloads.ts';

const { db, url } = await createTestDatabase();
const log = createLogger({ level: 'silent', format: 'json' });
const queue = await startQueue({ url, log });
afterAll(() => queue.stop());

const workers: Worker[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
  await queue.deleteAllJobs();
});

interface Seen {
  readonly name: string;
  readonly id: string;
}

/** A worker whose reactions say what they saw. */
async function startReacting(react: (seen: Seen) => void = () => {}): Promise<Seen[]> {
  const seen: Seen[] = [];
  const probot = new Probot({ appId: 1, privateKey: appPrivateKey, secret: 'secret', log: log.child({}) });
  const reactions = await createReactions(probot, (app) => {
    app.on(['issues.opened', 'github_app_authorization'], ({ name, id }) => {
      react({ name, id });
      seen.push({ name, id });
    });
  });
  workers.push(await startWorker({ db, queue, log, appId: null, reactions }));
  return seen;
}

function storeIssue(action: string): Promise<string> {
  return storeDelivery(db, { event: 'issues', payload: { ...issuePayload({}), action } });
}

async function untilApplied(guids: readonly string[]): Promise<void> {
  for (const guid of guids) {
    await expect.poll(() => readDelivery(db, guid), { timeout: 10_000 }).not.toMatchObject({ state: 'pending' });
  }
}

async function listJobs(): Promise<unknown[]> {
  const { rows } = await sql`select state, data, output from pgboss.job where name = 'react'`.execute(db);
  return rows;
}

describe('reactions', () => {
  it('run once the facts have committed, for what is subscribed and nothing else', async () => {
    const opened = await storeIssue('opened');
    const closed = await storeIssue('closed');
    const push = await storeDelivery(db, {
      event: 'push',
      payload: pushPayload({ commits: [commitPayload({ id: sha('quiet') })] }),
    });
    const states: unknown[] = [];
    const seen = await startReacting(() => states.push(readDelivery(db, opened)));
    await untilApplied([opened, closed, push]);
    await expect.poll(() => seen, { timeout: 10_000 }).toEqual([{ name: 'issues', id: opened }]);
    expect(await Promise.all(states)).toMatchObject([{ state: 'applied' }]);
    expect(await listJobs()).toHaveLength(1);
  });

  it('cost a delivery without a subscription nothing', async () => {
    const seen = await startReacting();
    await untilApplied([await storeIssue('closed')]);
    expect(await listJobs()).toEqual([]);
    expect(seen).toEqual([]);
  });

  it('see an event that is no fact of a tenant', async () => {
    const payload = { action: 'revoked', sender: { id: 5, login: 'mona', type: 'User' } };
    const guid = await storeDelivery(db, { event: 'github_app_authorization', payload });
    const seen = await startReacting();
    await expect.poll(() => seen, { timeout: 10_000 }).toEqual([{ name: 'github_app_authorization', id: guid }]);
    expect(await readDelivery(db, guid)).toMatchObject({ state: 'ignored' });
  });

  it('are tried again when they fail, apart from the others of their batch, and keep no payload', async () => {
    const bad = randomUUID();
    const title = 'words of the payload';
    await storeDelivery(db, {
      guid: bad,
      event: 'issues',
      payload: { ...issuePayload({ issue: { title } }), action: 'opened' },
    });
    const good = await storeIssue('opened');
    let failures = 0;
    const seen = await startReacting(({ id }) => {
      if (id === bad && (failures += 1) <= 2) throw new Error('not yet');
    });
    await expect.poll(() => seen.length, { timeout: 25_000 }).toBe(2);
    expect(seen.map(({ id }) => id)).toEqual([good, bad]);
    expect(JSON.stringify(await listJobs())).not.toContain(title);
  });
});
