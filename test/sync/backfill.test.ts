import { beforeEach, describe, expect, it } from 'vitest';
import { cancelSync } from '../../src/sync/cancel-sync.ts';
import { storeFacts } from '../support/api.ts';
import { fakeEntities } from '../support/fake-installation.ts';
import { readRows } from '../support/rows.ts';
import { createSyncEngine, installationFact } from '../support/sync-engine.ts';

const now = new Date();
const engine = await createSyncEngine(fakeEntities({ count: 250, newest: now }));
const { sources } = engine;

const OLD = { id: 1, name: 'old', pushedAt: '2026-01-01T00:00:00Z' };
const NEW = { id: 2, name: 'new', pushedAt: '2026-02-01T00:00:00Z' };
let tenantId = 0;

beforeEach(() => {
  tenantId += 1;
  sources.requests.length = 0;
  sources.fault = () => {};
});

/** What was asked for of issues, and of the list. */
function asked(): string[] {
  return sources.requests
    .filter((request) => /repositories|issues/.test(request))
    .map((request) => request.replace(/^\d+ /, ''));
}

async function countIssues(): Promise<number> {
  return (await readRows(engine.db, tenantId))['issues']?.length ?? 0;
}

async function backfillAll(): Promise<number> {
  await engine.install({ tenantId, repositories: [OLD, NEW] });
  const syncId = await engine.backfill({ tenantId, reason: 'installation' });
  await engine.runJobs();
  return syncId;
}

describe('a backfill', () => {
  it('reads the list of repositories, then what is recent by last push, then the rest', async () => {
    const syncId = await backfillAll();
    expect(asked()).toEqual([
      'repositories',
      'new issues',
      'old issues',
      'new issues',
      'new issues',
      'old issues',
      'old issues',
    ]);
    expect(await countIssues()).toBe(500);
    expect(await engine.readCursor(tenantId, 1)).toMatchObject({ state: 'done', items: 250, total: 250, requests: 0 });
    expect(await engine.readCursor(tenantId, 0, 'repositories')).toMatchObject({
      state: 'done',
      requests: 1,
      total: 2,
    });
    expect(await engine.readSync(tenantId, syncId)).toMatchObject({ state: 'done', finished_at: expect.any(Date) });
  });

  it('is of the repositories that were named, and asks for no list then', async () => {
    await backfillAll();
    sources.requests.length = 0;
    const syncId = await engine.backfill({ tenantId, repositoryIds: [1], reason: 'request', requestedBy: 'ann' });
    await engine.runJobs();
    expect(asked()).toEqual(['old issues', 'old issues', 'old issues']);
    expect(await engine.readSync(tenantId, syncId)).toMatchObject({ state: 'done', repository_ids: ['1'] });
  });

  it('ends at the horizon', async () => {
    await engine.install({ tenantId, repositories: [OLD] });
    await engine.backfill({ tenantId, reason: 'installation' });
    await engine.runJobs({ ...engine.deps, horizonDays: 150 });
    expect(asked()).toEqual(['repositories', 'old issues', 'old issues']);
    const { covered_from, covered_until } = await engine.readCursor(tenantId, 1);
    expect(covered_until && covered_from && covered_until.getTime() - covered_from.getTime()).toBe(150 * 86_400_000);
  });

  it('of a gap reads no more than what may have been missed', async () => {
    await backfillAll();
    const first = await engine.readCursor(tenantId, 1);
    sources.requests.length = 0;
    await engine.backfill({ tenantId, reason: 'reconciliation', floor: 'gap' });
    await engine.runJobs();
    expect(asked()).toEqual(['repositories', 'new issues', 'old issues']);
    const second = await engine.readCursor(tenantId, 1);
    expect(second).toMatchObject({ state: 'done', covered_from: null });
    expect(second.covered_until?.getTime()).toBeGreaterThan(first.covered_until?.getTime() ?? Infinity);
  });

  it('that is asked for while one runs is followed by a short pass', async () => {
    await engine.install({ tenantId, repositories: [OLD] });
    await engine.backfill({ tenantId, reason: 'installation' });
    let again: Promise<number> | undefined;
    sources.fault = (request, page) => {
      if (request.endsWith('issues') && page?.cursor === '100') {
        again ??= engine.backfill({ tenantId, reason: 'request' });
      }
    };
    await engine.runJobs();
    await again;
    await engine.runJobs();
    expect(asked().filter((request) => request === 'old issues')).toHaveLength(4);
    expect(await engine.readCursor(tenantId, 1)).toMatchObject({ state: 'done', again: false, covered_from: null });
    expect(await engine.readSync(tenantId, (await again) ?? 0)).toMatchObject({ state: 'done' });
  });

  it('takes away what the list does not show any more', async () => {
    await backfillAll();
    await engine.install({ tenantId, repositories: [NEW] });
    sources.requests.length = 0;
    const syncId = await engine.backfill({ tenantId, reason: 'reconciliation' });
    await engine.runJobs();
    expect(asked()).toEqual(['repositories', 'new issues', 'new issues', 'new issues']);
    expect((await readRows(engine.db, tenantId))['repositories']).toEqual([
      expect.objectContaining({ repository_id: 1, installed: false }),
      expect.objectContaining({ repository_id: 2, installed: true }),
    ]);
    expect(await engine.readCursor(tenantId, 1)).toMatchObject({ state: 'gone' });
    expect(await engine.readSync(tenantId, syncId)).toMatchObject({ state: 'done' });

    await engine.install({ tenantId, repositories: [NEW, OLD] });
    sources.requests.length = 0;
    await engine.backfill({ tenantId, reason: 'reconciliation', floor: 'gap' });
    await engine.runJobs();
    expect(asked()).toEqual(['repositories', 'new issues', 'old issues', 'old issues', 'old issues']);
  });

  it('stops when it is cancelled, and goes on from there when it is asked for again', async () => {
    await engine.install({ tenantId, repositories: [OLD] });
    const syncId = await engine.backfill({ tenantId, reason: 'installation' });
    sources.fault = (request, page) => {
      if (request.endsWith('issues') && page?.cursor === '100') throw new Error('stop here');
    };
    await engine.runJobs();
    const cancel = (id: number) => engine.db.transaction().execute((trx) => cancelSync(trx, { tenantId, syncId: id }));
    expect(await cancel(syncId)).toBe(true);
    expect(await cancel(syncId + 1)).toBe(false);
    expect(await engine.readSync(tenantId, syncId)).toMatchObject({ state: 'cancelled' });
    expect(await engine.readCursor(tenantId, 1)).toMatchObject({ state: 'cancelled', items: 100 });
    sources.fault = () => {};
    sources.requests.length = 0;
    await engine.passAnHour();
    await engine.runJobs();
    expect(asked()).toEqual([]);
    await engine.backfill({ tenantId, reason: 'request', repositoryIds: [1] });
    await engine.runJobs();
    expect(asked()).toEqual(['old issues', 'old issues', 'old issues']);
    expect(await countIssues()).toBe(250);
  });
});

describe('a suspended installation', () => {
  it('is left alone, and goes on when it is not suspended any more', async () => {
    const suspendedAt = '2026-02-01T00:00:00.000Z';
    await engine.install({ tenantId, repositories: [OLD] }, suspendedAt);
    await engine.backfill({ tenantId, reason: 'installation' });
    await engine.runJobs();
    await engine.passAnHour();
    expect(await engine.runJobs()).toEqual([]);
    expect(sources.requests).toEqual([]);

    await storeFacts(engine.db, tenantId, 'org', installationFact(tenantId, null, '2026-02-02T00:00:00.000Z'));
    await engine.backfill({ tenantId, reason: 'unsuspend', floor: 'gap' });
    await engine.runJobs();
    expect(await countIssues()).toBe(250);
  });
});
