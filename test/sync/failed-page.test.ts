import { beforeEach, describe, expect, it } from 'vitest';
import {
  AppRefusedError,
  ForbiddenError,
  GitHubUnavailableError,
  IncompleteResponseError,
  NotFoundError,
  RateLimitedError,
  SuspendedError,
} from '../../src/errors.ts';
import { fakeEntities } from '../support/fake-installation.ts';
import { readRows } from '../support/rows.ts';
import { createSyncEngine } from '../support/sync-engine.ts';

const engine = await createSyncEngine(fakeEntities({ count: 250, newest: new Date() }));
const { sources } = engine;
const SHOP = { id: 1, name: 'shop', pushedAt: '2026-02-01T00:00:00Z' };
const SITE = { id: 2, name: 'site', pushedAt: '2026-01-01T00:00:00Z' };
let tenantId = 0;
let syncId = 0;
let sizes: number[] = [];

/** Fails the pages of the shop's issues for as long as `fails` says so, by how many were asked for before. */
function failShop(error: () => Error, fails: (asked: number) => boolean): void {
  let asked = 0;
  sources.fault = (request, page) => {
    if (!request.endsWith('shop issues')) return;
    sizes.push(page?.pageSize ?? 0);
    asked += 1;
    if (fails(asked)) throw error();
  };
}

beforeEach(async () => {
  tenantId += 1;
  sources.requests.length = 0;
  sizes = [];
  await engine.install({ tenantId, repositories: [SHOP, SITE] });
  syncId = await engine.backfill({ tenantId, reason: 'installation' });
});

async function runForHours(hours: number): Promise<void> {
  await engine.runJobs();
  for (let hour = 0; hour < hours; hour++) {
    await engine.passAnHour();
    await engine.runJobs();
  }
}

const shop = () => engine.readCursor(tenantId, SHOP.id);
const site = () => engine.readCursor(tenantId, SITE.id);

describe('a page that GitHub can not answer', () => {
  it.each([GitHubUnavailableError, IncompleteResponseError])(
    'is asked for again with half of it, which grows back: %o',
    async (Kind) => {
      failShop(
        () => new Kind('502'),
        (asked) => asked <= 2,
      );
      await runForHours(0);
      expect(await shop()).toMatchObject({ state: 'pending', page_size: 50, attempts: 1, cursor: null, items: 0 });
      expect(await site()).toMatchObject({ state: 'done' });
      await runForHours(2);
      expect(sizes).toEqual([100, 50, 25, 32, 40, 50, 63, 79]);
      expect(await shop()).toMatchObject({ state: 'done', items: 250, attempts: 0, error: null });
      expect(await engine.readSync(tenantId, syncId)).toMatchObject({ state: 'done' });
    },
  );

  it('is asked for without end while GitHub is down', async () => {
    failShop(
      () => new GitHubUnavailableError('GitHub answered 502'),
      (asked) => asked <= 20,
    );
    await runForHours(12);
    expect(sizes).toHaveLength(13);
    expect(await shop()).toMatchObject({ state: 'pending', error: 'GitHubUnavailableError: GitHub answered 502' });
    await runForHours(20);
    expect(await shop()).toMatchObject({ state: 'done', items: 250, error: null });
  });

  it('is given up after ten tries when the answer is never whole', async () => {
    failShop(
      () => new IncompleteResponseError('issues: timedout'),
      () => true,
    );
    await runForHours(12);
    expect(sizes).toEqual([100, 50, 25, 12, 6, 3, 1, 1, 1, 1]);
    expect(await shop()).toMatchObject({ state: 'failed', error: 'IncompleteResponseError: issues: timedout' });
    expect(await engine.readSync(tenantId, syncId)).toMatchObject({
      state: 'failed',
      error: '1 could not be read to the end',
    });
  });
});

describe('a page that can not be read', () => {
  it('fails its entity after five tries, and no other', async () => {
    failShop(
      () => new TypeError('not of its shape'),
      () => true,
    );
    await runForHours(6);
    expect(sizes).toHaveLength(5);
    expect(await shop()).toMatchObject({ state: 'failed', error: 'TypeError: not of its shape' });
    expect(await site()).toMatchObject({ state: 'done', items: 250 });
    expect(await engine.readCursor(tenantId, SHOP.id, 'releases')).toMatchObject({ state: 'done' });
  });

  it('is read again when somebody asks', async () => {
    failShop(
      () => new TypeError('not of its shape'),
      (asked) => asked <= 5,
    );
    await runForHours(6);
    await engine.backfill({ tenantId, reason: 'request' });
    await runForHours(0);
    expect(await shop()).toMatchObject({ state: 'done', items: 250, error: null });
  });
});

describe('a rate limit', () => {
  it('is waited for, and is no failed attempt', async () => {
    const retryAt = new Date(Date.now() + 1_800_000);
    failShop(
      () => new RateLimitedError('used up', { retryAt }),
      (asked) => asked <= 20,
    );
    await runForHours(0);
    expect(await shop()).toMatchObject({ state: 'pending', page_size: 100, attempts: 0, error: null });
    const turn = await engine.db
      .selectFrom('sync_turns')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .executeTakeFirst();
    expect(turn).toMatchObject({ due_at: retryAt, waiting: 'rate_limit', lease: null });
    const before = sources.requests.length;
    await engine.backfill({ tenantId, reason: 'request' });
    await engine.runJobs();
    expect(sources.requests).toHaveLength(before);
    await runForHours(21);
    expect(await shop()).toMatchObject({ state: 'done', items: 250 });
  });
});

describe('what the app may not read', () => {
  it('is marked, and the rest goes on', async () => {
    failShop(
      () => new ForbiddenError('Resource not accessible by integration'),
      () => true,
    );
    await runForHours(1);
    expect(sizes).toHaveLength(1);
    expect(await shop()).toMatchObject({ state: 'forbidden', error: expect.stringContaining('not accessible') });
    expect(await site()).toMatchObject({ state: 'done' });
    expect(await engine.readSync(tenantId, syncId)).toMatchObject({ state: 'done' });
  });
});

describe('what is gone from GitHub', () => {
  it('is complete: nothing of it is asked for again', async () => {
    failShop(
      () => new NotFoundError('Not Found'),
      (asked) => asked === 2,
    );
    await runForHours(1);
    expect(sizes).toHaveLength(2);
    expect(await shop()).toMatchObject({ state: 'gone', items: 100 });
    expect((await readRows(engine.db, tenantId))['issues']).toHaveLength(350);
    expect(await engine.readSync(tenantId, syncId)).toMatchObject({ state: 'done' });
  });
});

describe('an App that GitHub does not accept', () => {
  it('makes the tenant wait, and is no failed attempt', async () => {
    failShop(
      () => new AppRefusedError('GET /app'),
      (asked) => asked <= 8,
    );
    await runForHours(0);
    expect(await engine.runJobs()).toEqual([]);
    expect(sizes).toHaveLength(1);
    expect(await shop()).toMatchObject({ state: 'pending', attempts: 0, page_size: 100, error: null });
    await runForHours(8);
    expect(await shop()).toMatchObject({ state: 'done', items: 250 });
  });
});

describe('a token that GitHub does not take any more', () => {
  it('stops the tenant quietly, until a quarter of an hour later', async () => {
    failShop(
      () => new SuspendedError('revoked'),
      (asked) => asked === 1,
    );
    await runForHours(0);
    expect(await shop()).toMatchObject({ state: 'pending', attempts: 0, error: null });
    const before = sources.requests.length;
    expect(await engine.runJobs()).toEqual([]);
    expect(sources.requests).toHaveLength(before);
    await runForHours(1);
    expect(await shop()).toMatchObject({ state: 'done', items: 250 });
  });
});
