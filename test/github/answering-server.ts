import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll } from 'vitest';
import { type Config, loadConfig } from '../../src/config.ts';
import { appPrivateKey } from '../support/app-key.ts';

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface Asked {
  readonly method: string;
  /** With the query, without the host. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export interface AnsweringServer {
  /** What Shiplog needs to know of it. */
  readonly config: Config;
  readonly asked: Asked[];
  /** What is asked from now on is answered by this; undefined leaves it to the server's own answers. */
  /** `cut` ends the connection without an answer; `silence` gives none. */
  answer(reply: (asked: Asked) => Reply | 'cut' | 'silence' | undefined): void;
}

/** A GitHub of a few lines: tokens and an ample budget, and whatever a test answers. */
export async function startAnsweringServer(): Promise<AnsweringServer> {
  const asked: Asked[] = [];
  let reply: ((asked: Asked) => Reply | 'cut' | 'silence' | undefined) | undefined;
  let tokens = 0;
  const own = ({ method, path }: Asked): Reply => {
    if (method === 'GET' && /^\/api\/v3\/app\/installations\/\d+$/.test(path)) {
      return { body: { permissions: { metadata: 'read', checks: 'write', workflows: 'write' }, suspended_at: null } };
    }
    if (path.endsWith('/access_tokens')) {
      const expires_at = new Date(Date.now() + 3_600_000).toISOString();
      return { status: 201, body: { token: `ghs_${(tokens += 1)}`, expires_at, permissions: {} } };
    }
    if (path === '/api/v3/rate_limit') {
      const window = { limit: 5_000, remaining: 5_000, used: 0, reset: Math.floor(Date.now() / 1_000) + 3_600 };
      return { body: { resources: { core: window, graphql: window }, rate: window } };
    }
    return { status: 404, body: { message: 'Not Found' } };
  };
  const server = createServer((request, response) => {
    void (async () => {
      const body = request.method === 'POST' ? await json(request).catch(() => null) : null;
      const one = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
      asked.push(one);
      const answered = reply?.(one) ?? own(one);
      if (answered === 'silence') return;
      if (answered === 'cut') {
        request.socket.destroy();
        return;
      }
      response.writeHead(answered.status ?? 200, { 'content-type': 'application/json', ...answered.headers });
      response.end(JSON.stringify(answered.body ?? {}));
    })();
  });
  const host = await listenOnLoopback(server);
  return {
    config: loadConfig({
      APP_ID: '1',
      PRIVATE_KEY: appPrivateKey,
      WEBHOOK_SECRET: 'a secret',
      GHE_HOST: host,
      GHE_PROTOCOL: 'http',
    }),
    asked,
    answer: (next) => {
      reply = next;
    },
  };
}

async function listenOnLoopback(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
