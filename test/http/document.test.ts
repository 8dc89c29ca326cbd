import { describe, expect, it } from 'vitest';
import { createApi } from '../../src/http/api/app.ts';
import { createTestApi, OPERATOR_TOKEN, repositoryFact, storeFacts } from '../support/api.ts';
import { tokenOf } from '../support/callers.ts';
import { type Operation, readDocument } from '../support/operations.ts';
import { ACME, storeSampleOrgs } from '../support/sample-orgs.ts';

const { api, db, deps, document, get, request } = await createTestApi();
await storeSampleOrgs(db);
await storeFacts(db, 9, 'other', repositoryFact(91, 'other/shop'));
const { operations } = readDocument(document);
const paths = Object(document).paths;
const declared = (operation: Operation) => paths[operation.path][operation.method.toLowerCase()];
const okOf = (operation: Operation) => declared(operation).responses[200]?.content ?? {};

const params: Readonly<Record<string, string>> = {
  org: 'acme',
  repo: 'shop',
  number: '1',
  metric: 'lead-time',
  slug: 'none',
  login: 'ann',
  id: '1',
  issue: '3',
  file: 'lead-time.csv',
  guid: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
  token: 'none',
};
const pathOf = ({ path }: Operation) => path.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '');

const reads = operations.filter((operation) => operation.method === 'GET' && 'application/json' in okOf(operation));
/** Of what there is. */
const found: Operation[] = [];
for (const operation of reads) if ((await get(pathOf(operation))).status === 200) found.push(operation);
const pageOf = (operation: Operation) => okOf(operation)['application/json']?.schema?.properties?.next_cursor;
const lists = found.filter((operation) => JSON.stringify(pageOf(operation) ?? '').includes('string'));

describe('a read', () => {
  it('says of each that it may not be sent again', () => {
    for (const { id, statuses } of reads) expect([id, statuses]).toEqual([id, expect.arrayContaining([304])]);
    expect(found.length).toBeGreaterThan(reads.length * 0.8);
  });

  it.each(found)('of $id has an ETag, and is not sent again while it is the same', async (operation) => {
    const first = await get(pathOf(operation));
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^(?:W\/)?".+"$/);
    // Some tell how long ago something was.
    const again = await request('GET', pathOf(operation), { 'if-none-match': etag });
    const isOther = again.status === 200 && again.headers.get('etag') !== etag;
    expect(again.status === 304 || isOther).toBe(true);
  });

  it('is mostly the same a moment later', async () => {
    const answers = await Promise.all(
      reads.map(async (operation) => {
        const etag = (await get(pathOf(operation))).headers.get('etag') ?? '';
        return (await request('GET', pathOf(operation), { 'if-none-match': etag })).status;
      }),
    );
    expect(answers.filter((status) => status === 304).length).toBeGreaterThan(40);
  });
});

describe('a list', () => {
  it('is what most reads are', () => expect(lists.length).toBeGreaterThan(25));

  it.each(lists)('of $id goes on by cursor, and never by number', async (operation) => {
    const names = operation.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['limit', 'cursor']));
    expect(names.filter((name) => ['offset', 'page', 'per_page', 'skip'].includes(name))).toEqual([]);
    const path = pathOf(operation);
    const whole = await get(`${path}?limit=100`);
    expect((await get(`${path}?cursor=nonsense`)).status).toBe(400);
    const one: unknown[] = [];
    for (let cursor = ''; ; ) {
      const { body, headers } = await get(`${path}?limit=1${cursor}`);
      one.push(...body.data);
      expect(headers.get('link') !== null).toBe(body.next_cursor !== null);
      if (body.next_cursor === null) break;
      cursor = `&cursor=${body.next_cursor}`;
    }
    expect(one).toEqual(whole.body.data);
  });
});

describe('a setting', () => {
  const settings = operations.filter(
    ({ method, path }) =>
      method !== 'GET' && /\/(?:settings|metric-definitions|check-run|branding|branding\/logo)$/.test(path),
  );
  const picture = '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64"/></svg>';
  const bodies: Readonly<Record<string, string>> = { PATCH: '{}', PUT: picture };

  it.each(settings)('by $id is not changed when somebody else has', async (operation) => {
    expect(operation.statuses).toContain(412);
    expect(operation.parameters.map(({ name }) => name)).toContain('if-match');
    const change = (ifMatch: string) =>
      api.request(pathOf(operation), {
        method: operation.method,
        headers: {
          authorization: `Bearer ${OPERATOR_TOKEN}`,
          'content-type': operation.method === 'PUT' ? 'image/svg+xml' : 'application/json',
          'if-match': ifMatch,
        },
        ...(bodies[operation.method] && { body: bodies[operation.method] }),
      });
    expect((await change('"of-somebody-else"')).status).toBe(412);
    const { headers } = await get(pathOf(operation).replace('/logo', ''));
    expect((await change(headers.get('etag') ?? '')).status).toBe(200);
  });

  it('is every one of them', () => expect(settings.length).toBe(6));
});

describe('the rate limit', () => {
  const limits = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'];
  const small = createApi({ ...deps, rateLimits: { caller: 1, stranger: 1 }, operatorToken: OPERATOR_TOKEN });

  it('is said with every answer, and holds for every operation: of a token, and of an address', async () => {
    const token = await tokenOf(db, ACME, ['read']);
    for (const credentials of [token, {}]) {
      const first = await small.request('/api/v1/me', { headers: credentials });
      for (const name of limits) expect(first.headers.get(name)).toMatch(/^\d+$/);
      for (const operation of operations) {
        const answer = await small.request(pathOf(operation), { method: operation.method, headers: credentials });
        expect([operation.id, answer.status]).toEqual([operation.id, 429]);
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        for (const name of limits)
          expect([operation.id, answer.headers.get(name)]).toEqual([operation.id, expect.any(String)]);
        expect(operation.statuses).toContain(429);
      }
    }
  });
});
