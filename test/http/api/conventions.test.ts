import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { connect } from '../../../db/connection.ts';
import { createApi } from '../../../src/http/api/app.ts';
import { createTestApi, OPERATOR_TOKEN, repositoryFact, storeFacts } from '../../support/api.ts';

const { api, deps, db, document, get, request } = await createTestApi();
await storeFacts(db, 1, 'acme', repositoryFact(11, 'acme/shop'));

describe('the operator token', () => {
  it('is needed', async () => {
    const response = await api.request('/api/v1/orgs');
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="shiplog"');
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({
      status: 401,
      detail: expect.stringContaining('SHIPLOG_OPERATOR_TOKEN'),
    });
  });

  it.each([
    'Bearer wrong',
    `Basic ${OPERATOR_TOKEN}`,
    OPERATOR_TOKEN,
    `Bearer ${OPERATOR_TOKEN}x`,
    'Bearer',
    'Bearer a b',
  ])('is not %j', async (authorization) => {
    const { status } = await request('GET', '/api/v1/orgs', { authorization });
    expect(status).toBe(401);
  });

  it('is taken with any spelling of Bearer', async () => {
    const { status } = await request('GET', '/api/v1/orgs', { authorization: `bearer ${OPERATOR_TOKEN}` });
    expect(status).toBe(200);
  });

  it('must be configured: without one nobody is the operator', async () => {
    const closed = createApi({ ...deps, operatorToken: undefined });
    for (const authorization of ['Bearer undefined', 'Bearer ', '']) {
      const response = await closed.request('/api/v1/orgs', { headers: { authorization } });
      expect(response.status).toBe(401);
    }
  });

  it('is asked for by every documented operation that is not for anybody, before anything else', async () => {
    const { paths } = document as { paths: Record<string, Record<string, { security: unknown[] }>> };
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods)
        .filter((method) => methods[method]?.security.length !== 0)
        .map((method) => [method, path]),
    );
    expect(operations.length).toBeGreaterThan(15);
    for (const [method = '', path = ''] of operations) {
      const response = await api.request(path.replaceAll(/\{.*?\}/g, 'x'), { method: method.toUpperCase() });
      expect([path, response.status]).toEqual([path, 401]);
    }
  });
});

describe('problem details', () => {
  it('say what is wrong with each parameter', async () => {
    const { status, headers, body } = await get('/api/v1/orgs/acme/commits?limit=0&since=yesterday&auther=ann');
    expect(status).toBe(400);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body).toMatchObject({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      instance: '/api/v1/orgs/acme/commits',
      request_id: headers.get('x-request-id'),
    });
    const pointers = body.errors.map((error: { pointer: string }) => error.pointer).toSorted();
    expect(pointers).toEqual(['#/query/auther', '#/query/limit', '#/query/since']);
  });

  it('answer a path that is not there', async () => {
    expect(await get('/api/v1/nothing')).toMatchObject({
      status: 404,
      body: { status: 404, instance: '/api/v1/nothing' },
    });
    expect((await get('/')).headers.get('content-type')).toBe('application/problem+json');
  });

  it('answer a method that is not possible, with those that are', async () => {
    const { status, headers, body } = await request('DELETE', '/api/v1/orgs/acme');
    expect(status).toBe(405);
    expect(headers.get('allow')).toBe('GET, HEAD');
    expect(body).toMatchObject({ status: 405, title: 'Method Not Allowed' });
  });

  it.each([
    '/api/v1/orgs/none',
    '/api/v1/orgs/99',
    '/api/v1/orgs/none/commits',
    '/api/v1/orgs/acme/commits?repository=none',
  ])('are 404 for %s', async (path) => {
    expect(await get(path)).toMatchObject({ status: 404, body: { title: 'Not Found' } });
  });

  it('tell nothing of the cause when Shiplog fails', async () => {
    const broken = connect({ url: 'postgres://nobody:secret@127.0.0.1:1/none' });
    const response = await createApi({ ...deps, db: broken, operatorToken: OPERATOR_TOKEN }).request('/api/v1/orgs', {
      headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
    });
    await broken.destroy();
    expect(response.status).toBe(503);
    const text = await response.text();
    expect(text).not.toMatch(/ECONN|secret|select|127\.0\.0\.1/);
    expect(response.headers.get('retry-after')).toBe('5');
  });
});

describe('an answer', () => {
  it('has an ETag, and is not sent again while it is the same', async () => {
    const first = await get('/api/v1/orgs/acme');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^W\/".+"$/);
    const second = await request('GET', '/api/v1/orgs/acme', { 'if-none-match': etag });
    expect(second).toMatchObject({ status: 304, body: null });
    await storeFacts(db, 1, 'acme', repositoryFact(11, 'acme/shop'), {
      deployments: [
        {
          repository_id: 11,
          deployment_id: 5,
          observed: {
            at: '2026-01-01T00:00:00.000Z',
            sha: 'a',
            ref: 'main',
            task: null,
            environment: 'production',
            production_environment: null,
            reported_id: null,
            transient_environment: null,
            creator_id: null,
            created_at: '2026-01-01T00:00:00.000Z',
          },
        },
      ],
    });
    expect((await request('GET', '/api/v1/orgs/acme', { 'if-none-match': etag })).status).toBe(200);
  });

  it('forbids browsers to guess, to frame and to share it', async () => {
    const { headers } = await get('/api/v1/orgs');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(headers.get('cache-control')).toBe('private, no-cache');
  });

  it('carries the request id that came with the request', async () => {
    const { headers } = await request('GET', '/api/v1/orgs', { 'x-request-id': 'abc-1' });
    expect(headers.get('x-request-id')).toBe('abc-1');
  });
});

describe('parameters', () => {
  const { paths } = document as { paths: Record<string, { get?: { parameters?: { name: string; in: string }[] } }> };
  const reads = Object.entries(paths).flatMap(([path, { get }]) =>
    get ? [{ path, names: (get.parameters ?? []).filter((p) => p.in === 'query').map((p) => p.name) }] : [],
  );
  const forged = fc
    .array(fc.oneof(fc.jsonValue(), fc.constantFrom('9999-12-31T23:59:59', '0000-01-01T00:00:00')))
    .map((keys) => Buffer.from(JSON.stringify(['listCommits', ...keys])).toString('base64url'));
  const value = fc.oneof(
    fc.string({ unit: 'binary' }),
    forged,
    fc.constantFrom(
      '\0',
      '%00',
      "' or 1=1 --",
      '-1',
      '1e309',
      '9223372036854775808',
      '-9007199254740993',
      'NaN',
      'true',
    ),
    fc.constantFrom(
      '0000-01-01T00:00:00Z',
      '0001-01-01T00:00:00+23:59',
      '9999-12-31',
      '2026-02-30',
      '\ud800',
      '\u202e',
    ),
    fc.integer().map(String),
  );
  const call = fc.constantFrom(...reads).chain(({ path, names }) =>
    fc.record({
      path: fc.constant(path),
      known: fc.array(value, { minLength: 2, maxLength: 2 }),
      query: fc.array(fc.tuple(fc.constantFrom('limit', 'cursor', ...names), value), { maxLength: 3 }),
      org: fc.oneof({ weight: 3, arbitrary: fc.constant('acme') }, value),
    }),
  );

  it('never make Shiplog fail, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(call, async ({ path, known, query, org }) => {
        const values = [...known];
        const url = path.replaceAll(/\{(.*?)\}/g, (_, name: string) =>
          encode(name === 'org' ? org : (values.pop() ?? '')),
        );
        const search = query.map(([name, text]) => `${name}=${encode(text)}`).join('&');
        const { status, body } = await get(`${url}?${search}`);
        expect({ status, body }).toMatchObject({ status: expect.toBeOneOf([200, 400, 404, 422]) });
      }),
      { numRuns: 500 },
    );
  });
});

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()) || 'x';
}

describe('the rate limit', () => {
  const limited = createApi({ ...deps, rateLimits: { caller: 3, stranger: 2 }, operatorToken: OPERATOR_TOKEN });
  const ask = async (token?: string) => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return limited.request('/api/v1/orgs', { headers: { ...authorization } });
  };

  it('is of each token by itself; strangers have less, and the operator has none', async () => {
    const tokens: string[] = [];
    for (const name of ['a', 'b']) {
      const { body } = await request('POST', '/api/v1/orgs/acme/tokens', {}, { name, scopes: ['read'] });
      tokens.push(String(body['token']));
    }
    for (const token of tokens) {
      for (const left of ['2', '1', '0']) {
        const answer = await ask(token);
        expect([answer.status, answer.headers.get('ratelimit-remaining')]).toEqual([200, left]);
      }
      const refused = await ask(token);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(refused.headers.get('ratelimit-limit')).toBe('3');
      expect(await refused.json()).toMatchObject({ status: 429, title: 'Too Many Requests' });
    }
    const strangers = [await ask(), await ask('wrong'), await ask(), await ask('wrong')];
    expect(strangers.map(({ status }) => status)).toEqual([401, 401, 429, 429]);
    for (let index = 0; index < 5; index += 1) expect((await ask(OPERATOR_TOKEN)).status).toBe(200);
  });
});

it('logs the pattern of a path, in which nobody and nothing is named', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line) => lines.push(line) });
  const logged = createApi({ ...deps, log, operatorToken: OPERATOR_TOKEN });
  const headers = { authorization: `Bearer ${OPERATOR_TOKEN}` };
  for (const path of ['/api/v1/orgs/acme/people/bob/access', '/api/v1/shares/shs_1_secret', '/nothing/bob']) {
    await logged.request(path, { headers });
  }
  expect(lines.map((line) => JSON.parse(line).route)).toEqual([
    '/api/v1/orgs/:org/people/:login/access',
    '/api/v1/shares/:token',
    '/*',
  ]);
  expect(lines.join('')).not.toMatch(/bob|secret|acme|operator-token/);
});
