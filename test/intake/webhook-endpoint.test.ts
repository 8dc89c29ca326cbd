import { randomUUID } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { send, sendWebhook, sign, startTestServer, type TestServer, WEBHOOK_SECRET } from '../support/server.ts';

const MAX_BYTES = 25 * 1024 * 1024;
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({ WEBHOOK_SECRET: `${WEBHOOK_SECRET},the next one` });
});

function findDelivery(guid: string) {
  return server.db.selectFrom('deliveries').selectAll().where('guid', '=', guid).executeTakeFirst();
}

async function countJobs(): Promise<number> {
  const { rows } = await sql<{ jobs: number }>`select count(*) as jobs from pgboss.job`.execute(server.db);
  return rows[0]?.jobs ?? 0;
}

async function countDeliveries(): Promise<number> {
  const row = await server.db
    .selectFrom('deliveries')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .executeTakeFirst();
  return row?.n ?? 0;
}

describe('a signed webhook', () => {
  it('is accepted, with its body as it was sent', async () => {
    const guid = randomUUID();
    const body = '{ "action" : "opened", "number":1.0, "title": "\\u00e9 é" }\n';
    const answer = await sendWebhook(server.baseUrl, { guid, event: 'pull_request', body });
    expect(answer).toMatchObject({ status: 202, json: { delivery: guid, status: 'accepted' } });
    expect(answer.headers['content-type']).toBe('application/json');
    const row = await findDelivery(guid);
    expect(row).toMatchObject({ event: 'pull_request', action: 'opened', state: 'pending', tenant_id: null });
    expect(zstdDecompressSync(row?.body ?? '').toString()).toBe(body);
  });

  it('wakes the worker', async () => {
    const before = await countJobs();
    await sendWebhook(server.baseUrl);
    expect(await countJobs()).toBe(before + 1);
  });

  it('is a duplicate the second time, which changes nothing', async () => {
    const guid = randomUUID();
    await sendWebhook(server.baseUrl, { guid, body: '{"first":true}' });
    const [row, jobs] = [await findDelivery(guid), await countJobs()];
    const again = await sendWebhook(server.baseUrl, { guid: guid.toUpperCase(), body: '{"first":false}' });
    expect(again).toMatchObject({ status: 202, json: { delivery: guid, status: 'duplicate' } });
    expect([await findDelivery(guid), await countJobs()]).toEqual([row, jobs]);
  });

  it('is accepted once when its GUID comes many times at once', async () => {
    const guid = randomUUID();
    const answers = await Promise.all(Array.from({ length: 40 }, () => sendWebhook(server.baseUrl, { guid })));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 40 }, () => 202));
    expect(answers.filter(({ json }) => json['status'] === 'accepted')).toHaveLength(1);
  });

  it('may be signed with each of the secrets', async () => {
    expect((await sendWebhook(server.baseUrl, { secret: 'the next one' })).status).toBe(202);
  });

  it('may have a charset in its content type and a query in its address', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    expect((await sendWebhook(server.baseUrl, { headers })).status).toBe(202);
    const guid = randomUUID();
    const signed = { 'content-type': 'application/json', 'x-github-delivery': guid, 'x-github-event': 'ping' };
    const answer = await send(`${server.baseUrl}/api/github/webhooks?from=proxy`, {
      method: 'POST',
      headers: { ...signed, 'x-hub-signature-256': sign('{}') },
      body: '{}',
    });
    expect(answer.status).toBe(202);
  });

  it('may be of an event that is not known, and have an action that is no name', async () => {
    const guid = randomUUID();
    await sendWebhook(server.baseUrl, { guid, event: 'sub_issues', body: '{"action":"a\\u0000b"}' });
    expect(await findDelivery(guid)).toMatchObject({ event: 'sub_issues', action: null });
  });

  it('may be as large as 25 MB', async () => {
    const guid = randomUUID();
    const body = Buffer.alloc(MAX_BYTES, ' ');
    body.write('{}');
    expect((await sendWebhook(server.baseUrl, { guid, body })).status).toBe(202);
    expect(zstdDecompressSync((await findDelivery(guid))?.body ?? '')).toHaveLength(MAX_BYTES);
  });
});

describe('a webhook is refused', () => {
  it.each([
    [401, 'without a signature', { headers: { 'x-hub-signature-256': undefined } }],
    [401, 'with the signature of another body', { headers: { 'x-hub-signature-256': sign('{ }') } }],
    [401, 'with the signature of another secret', { secret: 'guessed' }],
    [401, 'with a signature that is none', { headers: { 'x-hub-signature-256': 'sha256=' } }],
    [
      401,
      'without a signature, whatever else is wrong',
      { body: 'x', headers: { 'x-hub-signature-256': undefined, 'content-type': 'text/plain' } },
    ],
    [415, 'as a form', { body: 'payload=%7B%7D', headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    [415, 'without a content type', { headers: { 'content-type': undefined } }],
    [400, 'without a GUID', { headers: { 'x-github-delivery': undefined } }],
    [400, 'with a GUID that is none', { guid: '123' }],
    [400, 'without an event', { headers: { 'x-github-event': undefined } }],
    [400, 'with an event that is no name', { event: 'Push; drop' }],
    [400, 'with a body that is no JSON', { body: '{"a":' }],
    [400, 'with a body that is no object', { body: '[]' }],
    [400, 'without a body', { body: '' }],
  ])('with %i %s', async (status, _, webhook) => {
    const before = await countDeliveries();
    const answer = await sendWebhook(server.baseUrl, webhook);
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json).toMatchObject({ type: 'about:blank', status, instance: '/api/github/webhooks' });
    expect(answer.json['detail']).toBeTypeOf('string');
    expect(answer.json['request_id']).toBeTypeOf('string');
    expect(await countDeliveries()).toBe(before);
  });

  it('with 413 when its length says that it is over 25 MB, before it is read', async () => {
    const answer = await sendWebhook(server.baseUrl, { headers: { 'content-length': String(MAX_BYTES + 1) } });
    expect(answer.status).toBe(413);
  });

  it('with 413 when it turns out to be over 25 MB', async () => {
    const body = Buffer.alloc(MAX_BYTES + 1, ' ');
    const headers = { 'content-length': undefined, 'transfer-encoding': 'chunked' };
    const answer = await sendWebhook(server.baseUrl, { body, headers });
    expect(answer.status).toBe(413);
  });

  it.each(['GET', 'PUT', 'DELETE', 'HEAD'])('with 405 when it comes by %s', async (method) => {
    const answer = await send(`${server.baseUrl}/api/github/webhooks`, { method });
    expect([answer.status, answer.headers['allow']]).toEqual([405, 'POST']);
  });
});

describe('in setup mode', () => {
  it('every webhook gets 503, even one that is signed with an empty secret', async () => {
    const setup = await startTestServer({ WEBHOOK_SECRET: '' });
    const answer = await sendWebhook(setup.baseUrl, { secret: '' });
    expect(answer.status).toBe(503);
    expect(answer.json['detail']).toMatch(/setup mode/);
  });
});
