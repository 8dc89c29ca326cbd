import { beforeEach, describe, expect, it } from 'vitest';
import { syncPage } from '../../src/sync/sync-page.ts';
import { fakeEntities } from '../support/fake-installation.ts';
import { createSyncEngine } from '../support/sync-engine.ts';

const engine = await createSyncEngine(fakeEntities({ count: 250, newest: new Date() }));
const { sources } = engine;
const SHOP = { id: 1, name: 'shop', pushedAt: '2026-02-01T00:00:00Z' };
const pages = () => sources.requests.map((request) => Number(request.split(' ')[0]));

beforeEach(() => {
  sources.requests.length = 0;
  sources.fault = () => {};
});

async function start(tenantId: number): Promise<void> {
  await engine.install({ tenantId, repositories: [SHOP] });
  await engine.backfill({ tenantId, reason: 'installation' });
}

/** A GitHub that answers when it is told to. */
function slowGitHub(tenantId: number) {
  const asked = Promise.withResolvers<void>();
  const told = Promise.withResolvers<void>();
  const client = engine.deps.github.installation({ tenantId, installationId: tenantId }, { priority: 'history' });
  const rest: typeof client.rest = async (request) => {
    asked.resolve();
    await told.promise;
    return client.rest(request);
  };
  return { installation: () => ({ ...client, rest }), asked: asked.promise, answer: () => told.resolve() };
}

describe('tenants', () => {
  it('take turns, a page each', async () => {
    for (const tenantId of [1, 2, 3]) await start(tenantId);
    await engine.runJobs();
    expect(pages()).toHaveLength(36);
    expect(pages()).toEqual(Array.from({ length: 12 }, () => [1, 2, 3]).flat());
  });

  it('have one page in flight each, however many jobs there are', async () => {
    await start(4);
    const slow = slowGitHub(4);
    const first = syncPage({ ...engine.deps, github: slow }, 4);
    await slow.asked;
    for (let job = 0; job < 4; job++) await syncPage(engine.deps, 4);
    expect(pages()).toEqual([]);
    slow.answer();
    await first;
    expect(pages()).toEqual([4]);
    await engine.runJobs();
    expect(pages()).toHaveLength(12);
  });

  it('that a dead worker had are taken up again when its lease has ended', async () => {
    await start(5);
    const slow = slowGitHub(5);
    const dying = syncPage({ ...engine.deps, github: slow }, 5);
    await slow.asked;
    await engine.runJobs();
    expect(pages()).toEqual([]);
    await engine.passAnHour();
    await engine.runJobs();
    expect(pages()).toHaveLength(12);
    const cursors = await engine.readCursors(5);
    slow.answer();
    await dying;
    expect(await engine.readCursors(5)).toEqual(cursors);
  });
});
