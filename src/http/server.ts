import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { ConfigError } from '../errors.ts';
import { sendProblem } from './send-problem.ts';
import { answerUnreadable } from './unreadable-request.ts';
import type { Logger } from '../logging.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface ServerOptions {
  /** Answered directly, by path: what must be quick, or must work when little else does. */
  direct: ReadonlyMap<string, Handler>;
  /** Everything else. */
  fetch: (
    request: Request,
    env: { incoming: { socket: { remoteAddress?: string | undefined } } },
  ) => Response | Promise<Response>;
  log: Logger;
  timeouts?: Timeouts;
}

export interface Timeouts {
  headersMs: number;
  /** For a whole request with its body; GitHub itself waits 10 s. */
  requestMs: number;
}

export function createHttpServer({ direct, fetch, log, timeouts }: ServerOptions): Server {
  const { headersMs, requestMs } = timeouts ?? { headersMs: 5_000, requestMs: 10_000 };
  const viaFetch = getRequestListener(fetch, { overrideGlobalObjects: false });
  const server = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.min(1_000, headersMs),
      keepAliveTimeout: 65_000,
    },
    (request, response) => {
      // A connection that is kept would outlive the server.
      if (!server.listening) response.setHeader('connection', 'close');
      const handle = direct.get(pathOf(request)) ?? viaFetch;
      handle(request, response).catch((err: unknown) => {
        log.error({ err }, 'request failed');
        if (response.headersSent) response.destroy();
        else sendProblem(request, response, { status: 500, detail: 'Shiplog failed; its log says why.' });
      });
    },
  );
  server.on('clientError', answerUnreadable);
  return server;
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
}

/**
 * @returns the port that it listens on
 * @throws ConfigError when the address can not be used
 */
export function listen(server: Server, { host, port }: { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new ConfigError(`Can not listen on ${host}:${port} (${cause.message}). Set PORT or HOST.`, { cause }));
    });
    server.listen(port, host, () => resolve(addressOf(server).port));
  });
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address;
}

/** Takes no more connections and waits for the requests at work, but no longer than `graceMs`. */
export async function closeServer(server: Server, graceMs: number): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  clearTimeout(timer);
}
