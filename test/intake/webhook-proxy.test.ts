import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sign, startTestServer, type TestServer } from '../support/server.ts';

/** A smee channel: it tells its listeners of a webhook with its body parsed. */
const listeners = new Set<ServerResponse>();
const channel = createServer((_, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write('event: ready\ndata: {}\n\n');
  listeners.add(response);
});
let server: TestServer;

beforeAll(async () => {
  channel.listen(0, '127.0.0.1');
  await once(channel, 'listening');
  const address = channel.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  server = await startTestServer({ WEBHOOK_PROXY_URL: `http://127.0.0.1:${port}/channel` });
});
afterAll(() => {
  channel.closeAllConnections();
  channel.close();
});

/** As smee does: headers in lower case beside the parsed body. */
function deliver(body: string): string {
  const guid = randomUUID();
  const headers = {
    'content-type': 'application/json',
    'x-github-delivery': guid,
    'x-github-event': 'ping',
    'x-hub-signature-256': sign(body),
  };
  const data = JSON.stringify({ ...headers, body: JSON.parse(body), query: {}, timestamp: 1 });
  for (const listener of listeners) listener.write(`id: ${guid}\ndata: ${data}\n\n`);
  return guid;
}

async function storedGuids(): Promise<string[]> {
  const rows = await server.db.selectFrom('deliveries').select('guid').execute();
  return rows.map(({ guid }) => guid);
}

it('brings webhooks from a smee channel, but for those whose bytes the channel changes', async () => {
  await expect.poll(() => listeners.size).toBe(1);
  deliver('{"number":1.0}');
  const kept = deliver('{"zen":"Approachable is better than simple.","text":"é"}');
  await expect.poll(storedGuids, { timeout: 5_000 }).toEqual([kept]);
});
