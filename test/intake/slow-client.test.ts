import { connect } from 'node:net';
import { beforeAll, expect, it } from 'vitest';
import { sendWebhook, startTestServer, type TestServer, webhookHeaders } from '../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({}, { timeouts: { headersMs: 200, requestMs: 300 } });
});

/** @returns what the server answered until it closed the connection */
function talk(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(server.baseUrl).port), '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.on('data', (chunk) => (received += chunk.toString()));
    socket.on('close', () => resolve(received)).on('error', reject);
  });
}

const headers = Object.entries(webhookHeaders({ headers: { 'content-length': undefined } })).map(
  ([name, value]) => `${name}: ${value}\r\n`,
);

it('closes a connection whose body stalls, with 408', async () => {
  const request = `POST /api/github/webhooks HTTP/1.1\r\nhost: x\r\n${headers.join('')}content-length: 2\r\n\r\n{`;
  expect(await talk(request)).toMatch(/^HTTP\/1\.1 408 /);
});

it('closes a connection whose headers stall, with 408', async () => {
  expect(await talk('POST /api/github/webhooks HTTP/1.1\r\nhost: x\r\n')).toMatch(/^HTTP\/1\.1 408 /);
});

it('stores nothing of a body that is shorter than its length says, and goes on', async () => {
  const request = `POST /api/github/webhooks HTTP/1.1\r\nhost: x\r\n${headers.join('')}content-length: 3\r\n\r\n{}`;
  expect(await talk(request)).toMatch(/^HTTP\/1\.1 408 /);
  expect(await server.db.selectFrom('deliveries').select('guid').execute()).toEqual([]);
  expect((await sendWebhook(server.baseUrl)).status).toBe(202);
});

it.each([
  ['GET / HTTP/1.1\r\nhost: x\r\nx: ' + 'x'.repeat(20_000) + '\r\n\r\n', 431, 'over 16 KB'],
  ['no request\r\n\r\n', 400, 'no HTTP request'],
  ['POST /api/github/webhooks HTTP/1.1\r\nhost: x\r\n', 408, 'in time'],
])('answers what it can not read with problem details', async (text, status, detail) => {
  const [head = '', body = ''] = (await talk(text)).split('\r\n\r\n');
  expect(head).toContain('content-type: application/problem+json');
  expect(JSON.parse(body)).toMatchObject({ status, detail: expect.stringContaining(detail) });
});
