import nock from 'nock';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../../src/config.ts';
import { createGitHub } from '../../src/github/create-github.ts';
import { createLogger } from '../../src/logging.ts';
import { appPrivateKey } from '../support/app-key.ts';
import { createTestDatabase } from '../support/database.ts';

const { db } = await createTestDatabase();
const unmatched: string[] = [];
nock.emitter.on('no match', (request) => unmatched.push(request.url));
nock.disableNetConnect();
nock.enableNetConnect(/127\.0\.0\.1|localhost/);
afterAll(() => {
  nock.cleanAll();
  nock.enableNetConnect();
  nock.restore();
});

describe('without GHE_HOST', () => {
  it('asks github.com: its API, its GraphQL and for tokens', async () => {
    const config = loadConfig({ APP_ID: '1', PRIVATE_KEY: appPrivateKey, WEBHOOK_SECRET: 'a secret' });
    const github = createGitHub({ config, db, log: createLogger({ level: 'silent', format: 'json' }) });
    const window = { limit: 5_000, remaining: 5_000, reset: Math.floor(Date.now() / 1_000) + 3_600 };
    const scope = nock('https://api.github.com')
      .get('/app/installations/5')
      .reply(200, { permissions: { metadata: 'read' } })
      .post('/app/installations/5/access_tokens', { permissions: { metadata: 'read' } })
      .reply(201, { token: 'ghs_1', expires_at: new Date(Date.now() + 3_600_000).toISOString(), permissions: {} })
      .get('/rate_limit')
      .reply(200, { resources: { core: window, graphql: window } })
      .post('/graphql')
      .matchHeader('authorization', 'token ghs_1')
      .reply(200, { data: { viewer: { login: 'shiplog[bot]' } } });
    const client = github.installation({ tenantId: 5, installationId: 5 }, { priority: 'live' });
    const data = z.object({ viewer: z.object({ login: z.string() }) });
    const document = { name: 'Viewer', text: 'query Viewer { viewer { login } }', data };
    expect(await client.graphql(document, {})).toEqual({ viewer: { login: 'shiplog[bot]' } });
    expect(github.webUrl).toBe('https://github.com');
    expect(scope.pendingMocks()).toEqual([]);
    expect(unmatched).toEqual([]);
  });
});
