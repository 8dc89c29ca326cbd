import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Database } from '../../db/connection.ts';
import { createGitHub } from '../../src/github/create-github.ts';
import type { GitHub, InstallationClient } from '../../src/github/github.ts';
import { createLogger } from '../../src/logging.ts';
import { createTestDatabase } from '../support/database.ts';
import { type AnsweringServer, type Reply, startAnsweringServer } from './answering-server.ts';

const log = createLogger({ level: 'silent', format: 'json' });
const repository = {
  name: 'Repository',
  text: 'query Repository($name: String!) { repository(owner: "acme", name: $name) { databaseId } rateLimit { cost } }',
  data: z.object({ repository: z.object({ databaseId: z.int() }) }),
};
const organization = { route: 'GET /orgs/{org}', parameters: { org: 'acme' }, data: z.object({ login: z.string() }) };

let db: Database;
let server: AnsweringServer;
let github: GitHub;
let client: InstallationClient;
let tenantId = 100;

beforeAll(async () => {
  ({ db } = await createTestDatabase());
  server = await startAnsweringServer();
});
beforeEach(() => {
  server.answer(() => undefined);
  server.asked.length = 0;
  tenantId += 1;
  github = createGitHub({ config: server.config, db, log });
  client = github.installation({ tenantId, installationId: tenantId }, { priority: 'live' });
});

function answerRest(reply: Reply): void {
  server.answer(({ path }) => (path.startsWith('/api/v3/orgs/') ? reply : undefined));
}

function answerGraphql(reply: Reply): void {
  server.answer(({ path }) => (path === '/api/graphql' ? reply : undefined));
}

const rest = () => client.rest(organization);
const graphql = () => client.graphql(repository, { name: 'web' });
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds;
const errorsOf = (errors: unknown, data: unknown = null): Reply => ({ body: { data, errors } });

describe('a REST answer', () => {
  it.each([
    [{ status: 404, body: { message: 'Not Found' } }, 'NotFoundError'],
    [{ status: 410, body: { message: 'Issues are disabled for this repo' } }, 'NotFoundError'],
    [{ status: 451, body: { message: 'Repository access blocked' } }, 'NotFoundError'],
    [{ status: 403, body: { message: 'Resource not accessible by integration' } }, 'ForbiddenError'],
    [{ status: 403, body: { message: 'This installation has been suspended' } }, 'SuspendedError'],
    [{ status: 409, body: { message: 'Git Repository is empty.' } }, 'ConflictError'],
    [{ status: 422, body: { message: 'Validation Failed' } }, 'UnexpectedResponseError'],
    [{ status: 500, body: { message: 'Server Error' } }, 'GitHubUnavailableError'],
    [{ status: 502, body: 'Bad Gateway' }, 'GitHubUnavailableError'],
    [{ status: 504, body: {} }, 'GitHubUnavailableError'],
    [{ body: { login: 5 } }, 'UnexpectedResponseError'],
  ])('%j is a %s', async (reply, name) => {
    answerRest(reply);
    await expect(rest()).rejects.toMatchObject({ name });
  });

  it.each(['/api/v3/app/installations/', '/access_tokens'])(
    'of 401 to the App at %s is no suspension',
    async (part) => {
      server.answer(({ path, method }) =>
        path.includes(part) && (method === 'POST') === part.startsWith('/access') ? { status: 401 } : undefined,
      );
      await expect(rest()).rejects.toMatchObject({ name: 'AppRefusedError' });
    },
  );

  it('that does not fit is told by its place and without its data', async () => {
    answerRest({ body: { login: ['words of the answer'] } });
    await expect(rest()).rejects.toThrow('GET /orgs/{org}: login: invalid_type');
  });

  it('that never comes is GitHub being unavailable, by the code of what happened', async () => {
    server.answer(({ path }) => (path.startsWith('/api/v3/orgs/') ? 'cut' : undefined));
    await expect(rest()).rejects.toMatchObject({
      name: 'GitHubUnavailableError',
      message: expect.stringContaining('UND_ERR_SOCKET'),
    });
  });
});

describe('a rate limit', () => {
  it.each([
    ['the hour', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(inSeconds(1_000)) }, 1_000],
    ['a secondary limit with a time', { 'retry-after': '30' }, 30],
    ['a secondary limit without one', {}, 60],
  ])('of %s is waited for', async (_, headers, seconds) => {
    answerRest({ status: 403, headers, body: { message: 'You have exceeded a secondary rate limit.' } });
    const error: unknown = await rest().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'RateLimitedError', retryAt: expect.any(Date) });
    const retryAt = (error as { retryAt: Date }).retryAt.getTime();
    expect(Math.abs(retryAt - Date.now() - seconds * 1_000)).toBeLessThan(20_000);
  });

  it('that GraphQL tells in a 200 is waited for', async () => {
    const reset = inSeconds(500);
    answerGraphql({
      ...errorsOf([{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }]),
      headers: { 'x-ratelimit-reset': String(reset) },
    });
    await expect(graphql()).rejects.toMatchObject({ name: 'RateLimitedError', retryAt: new Date(reset * 1_000) });
  });

  it('keeps every process away until it is over', async () => {
    answerRest({ status: 403, headers: { 'retry-after': '30' }, body: { message: 'too fast' } });
    await expect(rest()).rejects.toMatchObject({ name: 'RateLimitedError' });
    const sent = server.asked.length;
    const another = createGitHub({ config: server.config, db, log });
    const again = another.installation({ tenantId, installationId: tenantId }, { priority: 'live' });
    await expect(again.graphql(repository, { name: 'web' })).rejects.toMatchObject({ name: 'RateLimitedError' });
    expect(server.asked.length).toBe(sent);
  });
});

describe('a GraphQL answer', () => {
  const missing = { type: 'NOT_FOUND', path: ['repository'], message: 'Could not resolve to a Repository' };
  const half = { repository: { databaseId: 1 } };

  it.each([
    ['the thing itself is missing', errorsOf([missing], { repository: null }), 'NotFoundError'],
    [
      'it may not be read',
      errorsOf([
        { type: 'FORBIDDEN', path: ['repository', 'issues'], message: 'Resource not accessible by integration' },
      ]),
      'ForbiddenError',
    ],
    [
      'something inside is missing',
      errorsOf([{ ...missing, path: ['repository', 'owner'] }], half),
      'IncompleteResponseError',
    ],
    [
      'one of several is missing',
      errorsOf([missing, { message: 'Something went wrong' }], half),
      'IncompleteResponseError',
    ],
    [
      'it took too long',
      errorsOf([{ message: 'Something went wrong while executing your query.' }]),
      'IncompleteResponseError',
    ],
    ['its errors are odd', errorsOf(['odd']), 'IncompleteResponseError'],
    ['the server failed', { status: 502, body: { message: 'Bad Gateway' } }, 'GitHubUnavailableError'],
  ])('is an error when %s', async (_, reply, name) => {
    answerGraphql(reply);
    await expect(graphql()).rejects.toMatchObject({ name });
  });
});

describe('a token', () => {
  it('that GitHub does not accept is renewed once', async () => {
    let refused = 0;
    server.answer(({ path }) => {
      if (!path.startsWith('/api/v3/orgs/')) return undefined;
      return (refused += 1) === 1 ? { status: 401, body: { message: 'Bad credentials' } } : { body: { login: 'acme' } };
    });
    expect(await rest()).toEqual({ login: 'acme' });
    const used = server.asked
      .filter(({ path }) => path.startsWith('/api/v3/orgs/'))
      .map(({ headers }) => headers.authorization);
    expect(new Set(used).size).toBe(2);
  });

  it('that is refused again and again stops quietly', async () => {
    answerRest({ status: 401, body: { message: 'Bad credentials' } });
    await expect(rest()).rejects.toMatchObject({ name: 'SuspendedError' });
    expect(server.asked.filter(({ path }) => path.startsWith('/api/v3/orgs/'))).toHaveLength(2);
  });

  it.each([
    ['there is no such installation', { status: 404, body: { message: 'Not Found' } }],
    ['it is suspended', { body: { permissions: {}, suspended_at: '2026-03-01T00:00:00Z' } }],
  ])('is not to be had when %s', async (_, reply) => {
    server.answer(({ path }) => (/\/app\/installations\/\d+$/.test(path) ? reply : undefined));
    await expect(rest()).rejects.toMatchObject({ name: 'SuspendedError' });
  });

  it('for a repository that the installation does not have is forbidden', async () => {
    server.answer(({ path }) =>
      path.endsWith('/access_tokens') ? { status: 422, body: { message: 'not accessible' } } : undefined,
    );
    await expect(github.contentsToken({ tenantId, installationId: 1 }, 5)).rejects.toMatchObject({
      name: 'ForbiddenError',
    });
  });

  it('is asked for once by calls at the same time, and kept', async () => {
    answerRest({ body: { login: 'acme' } });
    await Promise.all([rest(), rest(), rest()]);
    await rest();
    expect(server.asked.filter(({ path }) => path.endsWith('/access_tokens'))).toHaveLength(1);
  });
});

describe('the App', () => {
  it('is told which setting is wrong when GitHub does not accept it', async () => {
    server.answer(() => ({ status: 401, body: { message: 'A JSON web token could not be decoded' } }));
    await expect(github.app.rest(organization)).rejects.toThrow(/private key that of APP_ID/);
  });
});
