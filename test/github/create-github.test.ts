import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Database } from '../../db/connection.ts';
import { createGitHub } from '../../src/github/create-github.ts';
import type { GitHub, InstallationClient } from '../../src/github/github.ts';
import { createLogger } from '../../src/logging.ts';
import { createTestDatabase } from '../support/database.ts';
import { type AnsweringServer, startAnsweringServer } from './answering-server.ts';

const log = createLogger({ level: 'silent', format: 'json' });
const ref = { tenantId: 7, installationId: 70 };
const viewer = {
  name: 'Viewer',
  text: 'query Viewer { viewer { login } }',
  data: z.object({ viewer: z.object({ login: z.string() }) }),
};
const organization = { route: 'GET /orgs/{org}', parameters: { org: 'acme' }, data: z.object({ login: z.string() }) };

let db: Database;
let server: AnsweringServer;
let github: GitHub;
let client: InstallationClient;

beforeAll(async () => {
  ({ db } = await createTestDatabase());
  server = await startAnsweringServer();
});
beforeEach(() => {
  server.answer(() => undefined);
  server.asked.length = 0;
  github = createGitHub({ config: server.config, db, log });
  client = github.installation(ref, { priority: 'live' });
});

describe('a token', () => {
  it('may read what the installation may, and write nothing', async () => {
    server.answer(({ path }) => (path === '/api/v3/orgs/acme' ? { body: { login: 'acme' } } : undefined));
    expect(await client.rest(organization)).toEqual({ login: 'acme' });
    const created = server.asked.find(({ path }) => path.endsWith('/access_tokens'));
    expect(created?.body).toEqual({ permissions: { metadata: 'read', checks: 'read' } });
    expect(server.asked.at(-1)?.headers.authorization).toMatch(/^token ghs_\d+$/);
  });

  it('that writes may write check runs alone', async () => {
    server.answer(({ path }) => (path === '/api/v3/repos/acme/shop/check-runs' ? { body: { id: 1 } } : undefined));
    const route = 'POST /repos/{owner}/{repo}/check-runs';
    const data = z.object({ id: z.int() });
    expect(await client.rest({ route, parameters: { owner: 'acme', repo: 'shop' }, data })).toEqual({ id: 1 });
    const created = server.asked.find(({ path }) => path.endsWith('/access_tokens'));
    expect(created?.body).toEqual({ permissions: { checks: 'write' } });
  });

  it('for a clone reads the contents of one repository', async () => {
    expect(await github.contentsToken(ref, 12)).toMatch(/^ghs_/);
    expect(server.asked.at(-1)?.body).toEqual({
      permissions: { contents: 'read', metadata: 'read' },
      repository_ids: [12],
    });
  });
});

describe('GraphQL', () => {
  it('gives the data of the shape that was asked for', async () => {
    server.answer(({ path }) =>
      path === '/api/graphql' ? { body: { data: { viewer: { login: 'app[bot]' } } } } : undefined,
    );
    expect(await client.graphql(viewer, {})).toEqual({ viewer: { login: 'app[bot]' } });
  });
});
