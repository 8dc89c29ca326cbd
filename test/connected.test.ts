import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type AnsweringServer, startAnsweringServer } from './github/answering-server.ts';
import { appPrivateKey } from './support/app-key.ts';
import { sendWebhook, startTestServer, type TestServer, WEBHOOK_SECRET } from './support/server.ts';
import { readDelivery } from './support/stored-deliveries.ts';

const installed = JSON.stringify({
  action: 'created',
  installation: {
    id: 70,
    app_id: 1,
    account: { id: 7, login: 'acme', type: 'Organization' },
    repository_selection: 'all',
    created_at: '2026-03-01T00:00:00Z',
    updated_at: '2026-03-01T00:00:00Z',
  },
  sender: { id: 1, login: 'ann', type: 'User' },
});

let github: AnsweringServer;
beforeAll(async () => {
  github = await startAnsweringServer();
});

function start(env: NodeJS.ProcessEnv): Promise<TestServer> {
  return startTestServer({ SHIPLOG_ROLE: 'all', GHE_HOST: github.config.gheHost, GHE_PROTOCOL: 'http', ...env });
}

async function install({ baseUrl, db }: TestServer): Promise<void> {
  const guid = randomUUID();
  await sendWebhook(baseUrl, { guid, event: 'installation', body: installed });
  await expect.poll(() => readDelivery(db, guid), { timeout: 10_000 }).toMatchObject({ state: 'applied' });
}

describe('Shiplog, when an organization installs the app', () => {
  it('asks nothing of GitHub while it is offline', async () => {
    const server = await start({});
    await install(server);
    await server.shiplog.stop();
    expect(github.asked).toEqual([]);
  });

  it('asks GitHub when it is connected, and stops in time although GitHub never answers', async () => {
    github.answer(({ path }) => (path.startsWith('/api/v3/installation/repositories') ? 'silence' : undefined));
    const server = await start({ APP_ID: '1', PRIVATE_KEY: appPrivateKey, WEBHOOK_SECRET });
    await install(server);
    const paths = () => github.asked.map(({ path }) => path);
    await expect.poll(paths, { timeout: 10_000 }).toContainEqual(expect.stringContaining('/installation/repositories'));
    await expect(server.shiplog.stop()).resolves.toBeUndefined();
  });
});
