import { beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { createTestDatabase } from '../support/database.ts';
import { type DatabaseProxy, send, startDatabaseProxy, startTestServer, type TestServer } from '../support/server.ts';

let proxy: DatabaseProxy;
let server: TestServer;

beforeAll(async () => {
  proxy = await startDatabaseProxy((await createTestDatabase()).url);
  server = await startTestServer({ DATABASE_URL: proxy.url });
});

const get = (path: string) => send(`${server.baseUrl}${path}`, { method: 'GET' });

describe('health', () => {
  it('says that it is alive', async () => {
    expect(await get('/livez')).toMatchObject({ status: 200, json: { status: 'live' } });
  });

  it('says who it is', async () => {
    expect(await get('/api/webhooks/health')).toMatchObject({
      status: 200,
      json: { status: 'healthy', service: 'github-webhook-handler', version: packageJson.version },
    });
  });

  it('is ready when the database, the queue and the schema are', async () => {
    expect(await get('/readyz')).toMatchObject({
      status: 200,
      json: { status: 'ready', checks: { database: 'ok', queue: 'ok', migrations: 'ok' } },
    });
  });

  it('is not ready, but alive, while the database is away', async () => {
    await proxy.cut();
    const answer = await get('/readyz');
    expect(answer).toMatchObject({ status: 503, json: { status: 'not ready', checks: { database: 'failed' } } });
    expect((await get('/livez')).status).toBe(200);
    await proxy.restore();
    await expect.poll(async () => (await get('/readyz')).status).toBe(200);
  });

  it.each(['/livez', '/readyz', '/api/webhooks/health'])('answers 405 to a POST to %s', async (path) => {
    const answer = await send(`${server.baseUrl}${path}`, { method: 'POST' });
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET, HEAD']);
  });

  it('leaves other paths to the API', async () => {
    expect((await get('/api/v1/orgs')).status).toBe(401);
    expect((await get('/nothing')).status).toBe(404);
  });
});
