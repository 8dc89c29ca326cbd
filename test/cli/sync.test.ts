import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { startSyncJobs } from '../../src/worker/sync-jobs.ts';
import { ForbiddenError } from '../../src/errors.ts';
import { fakeEntities } from '../support/fake-installation.ts';
import { createApi } from '../../src/http/api/app.ts';
import { createHealth } from '../../src/http/health.ts';
import { StaleEvents } from '../../src/http/api/stale-events.ts';
import { createHttpServer, listen } from '../../src/http/server.ts';
import { createSyncEngine } from '../support/sync-engine.ts';

const TOKEN = 'operator-token-of-the-tests';
const engine = await createSyncEngine(fakeEntities({ count: 250, newest: new Date() }));
const { db, url, queue, log, sources } = engine;
const SHOP = { id: 1, name: 'shop', pushedAt: '2026-02-01T00:00:00Z' };
await engine.install({ tenantId: 1, repositories: [SHOP] });
const jobs = await startSyncJobs({ ...engine.deps, log });
afterAll(() => jobs.stop());

async function serve(connected: boolean): Promise<string> {
  const events = new StaleEvents({ url, log });
  const api = createApi({ db, queue, log, events, connected, operatorToken: TOKEN });
  const direct = createHealth({ db, databaseUrl: url, queue, log });
  const server = createHttpServer({ direct: new Map(direct), fetch: (request) => api.fetch(request), log });
  afterAll(() => server.close());
  return String(await listen(server, { host: '127.0.0.1', port: 0 }));
}
const port = await serve(true);

async function shiplog(args: readonly string[], env: Record<string, string> = {}) {
  const environment = {
    PATH: process.env['PATH'],
    PORT: port,
    DATABASE_URL: url,
    SHIPLOG_OPERATOR_TOKEN: TOKEN,
    ...env,
  };
  const child = spawn(process.execPath, ['src/cli/shiplog.ts', 'sync', ...args], { env: environment });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, stdout, stderr };
}

describe('shiplog sync', () => {
  it('asks the running Shiplog, and ends', async () => {
    const { code, stderr, stdout } = await shiplog(['org-1']);
    expect([code, stdout]).toEqual([0, '']);
    const [, id] = /^Sync (\d+) of org-1 \(request\): all repositories\.\nIt goes on by itself\./.exec(stderr) ?? [];
    await expect.poll(async () => (await engine.readSync(1, Number(id))).state, { timeout: 20_000 }).toBe('done');
  });

  it('follows to the end, with a bar, and ends with one line of JSON', async () => {
    const { code, stderr, stdout } = await shiplog(['org-1', '--follow', '--json']);
    expect(code).toBe(0);
    expect(stderr).toContain('250 of 250');
    expect(stderr).toContain('Done: 250 items.');
    expect(JSON.parse(stdout)).toEqual({
      id: expect.any(Number),
      state: 'done',
      done: 250,
      total: 250,
      incomplete: [],
    });
  });

  it('says what could not be read and what to do, and exits with 3', async () => {
    sources.fault = (request) => {
      if (request.endsWith('releases')) throw new ForbiddenError('the installation may not do this');
    };
    const { code, stderr, stdout } = await shiplog(['org-1', '--repository', 'shop', '--follow', '--json']);
    expect(code).toBe(3);
    expect(stderr).toContain('org-1/shop, releases: ForbiddenError: the installation may not do this');
    expect(stderr).toContain('read access to "Contents"');
    expect(JSON.parse(stdout)).toMatchObject({ incomplete: [{ repository: 'org-1/shop', entity: 'releases' }] });
  });

  it.each([
    [['nobody'], {}, 'There is no organization "nobody"'],
    [['org-1', '--repository', 'none'], {}, 'There is no repository "none"'],
    [['org-1'], { PORT: '1' }, 'No Shiplog answers at http://127.0.0.1:1'],
    [['org-1'], { SHIPLOG_OPERATOR_TOKEN: '' }, 'Set SHIPLOG_OPERATOR_TOKEN'],
    [['org-1'], { SHIPLOG_OPERATOR_TOKEN: 'not-the-right-token' }, 'The token is not right'],
  ])('%j with %j says: %s', async (args, env, message) => {
    const { code, stderr } = await shiplog(args, env);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });

  it('says that sync is off, and what to set, where there is no GitHub', async () => {
    const { code, stderr } = await shiplog(['org-1'], { PORT: await serve(false) });
    expect([code, stderr.trim()]).toEqual([1, expect.stringContaining('Sync is off: set APP_ID, PRIVATE_KEY_PATH')]);
  });
});
