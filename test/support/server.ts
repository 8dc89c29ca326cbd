import { createHmac, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { createServer, connect, type Socket } from 'node:net';
import { afterAll } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import type { Timeouts } from '../../src/http/server.ts';
import { createLogger } from '../../src/logging.ts';
import { type Shiplog, startShiplog } from '../../src/start.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

export const WEBHOOK_SECRET = "It's a Secret to Everybody";

export interface TestServer extends TestDatabase {
  shiplog: Shiplog;
  /** Where the server answers. */
  baseUrl: string;
}

/** Shiplog's web part over a database of its own; stopped after the file. */
export async function startTestServer(
  env: NodeJS.ProcessEnv = {},
  options: { timeouts?: Timeouts } = {},
): Promise<TestServer> {
  const database = await createTestDatabase();
  const config = loadConfig({
    PORT: '0',
    SHIPLOG_ROLE: 'web',
    DATABASE_URL: database.url,
    WEBHOOK_SECRET,
    SHIPLOG_OPERATOR_TOKEN: 'operator-token-of-the-tests',
    ...env,
  });
  const log = createLogger({ level: 'silent', format: 'json' });
  const shiplog = await startShiplog({ config, log, ...options });
  // Runs before the database goes.
  afterAll(() => shiplog.stop().catch(() => {}));
  return { ...database, shiplog, baseUrl: shiplog.url ?? '' };
}

export interface WebhookRequest {
  guid?: string;
  event?: string;
  body?: string | Buffer;
  secret?: string;
  /** Replace or, when undefined, leave out single headers. */
  headers?: Record<string, string | undefined>;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  json: Record<string, unknown>;
}

export function sign(body: string | Buffer, secret = WEBHOOK_SECRET): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

export function webhookHeaders({ guid, event, body, secret, headers }: WebhookRequest): Record<string, string> {
  const all: Record<string, string | undefined> = {
    'content-type': 'application/json',
    'x-github-delivery': guid ?? randomUUID(),
    'x-github-event': event ?? 'ping',
    'x-hub-signature-256': sign(body ?? '{}', secret),
    'content-length': String(Buffer.byteLength(body ?? '{}')),
    ...headers,
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** Sends a webhook as GitHub does, but for what the test changes. */
export function sendWebhook(baseUrl: string, webhook: WebhookRequest = {}): Promise<Answer> {
  const body = webhook.body ?? '{}';
  return send(`${baseUrl}/api/github/webhooks`, { method: 'POST', headers: webhookHeaders(webhook), body });
}

/** Over a connection of its own: after a request that lies about its length, another one would be read as its body. */
export function send(
  url: string,
  { method, headers = {}, body }: { method: string; headers?: Record<string, string>; body?: string | Buffer },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { method, headers, agent: false }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = /json/.test(incoming.headers['content-type'] ?? '') && text !== '';
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          text,
          json: isJson ? JSON.parse(text) : {},
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

export interface DatabaseProxy {
  /** The database as seen through the proxy. */
  url: string;
  /** Breaks every connection and takes no new ones. */
  cut(): Promise<void>;
  restore(): Promise<void>;
}

/** Stands between Shiplog and its database, to take the database away. */
export async function startDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port) });
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
    }
  });
  const listen = (port: number) =>
    new Promise<number>((resolve) => {
      server.listen(port, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
  const cut = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  const port = await listen(0);
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  afterAll(() => (server.listening ? cut() : undefined));
  return { url: url.href, cut, restore: async () => void (await listen(port)) };
}
