import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll } from 'vitest';
import type { Api } from '../../src/http/api/api-env.ts';
import { createHealth } from '../../src/http/health.ts';
import { createHttpServer, listen } from '../../src/http/server.ts';
import type { createTestApi } from './api.ts';
import { OPERATOR_TOKEN } from './api.ts';

type TestApi = Pick<Awaited<ReturnType<typeof createTestApi>>, 'deps' | 'url'> & { readonly api: Pick<Api, 'fetch'> };

/** Serves the API of a test on a port of its own. @returns the port */
export async function serveTestApi({ api, deps: { db, queue, log }, url }: TestApi): Promise<number> {
  const direct = new Map(createHealth({ db, databaseUrl: url, queue, log }));
  const server = createHttpServer({ direct, fetch: (request, env) => api.fetch(request, env), log });
  afterAll(() => server.close());
  return listen(server, { host: '127.0.0.1', port: 0 });
}

/** The command line beside an API that is served. */
export function createTestCli({ port, url }: { port: number; url: string }) {
  return async (args: readonly string[], { env = {}, input = '' }: CliOptions = {}) => {
    const environment = {
      PATH: process.env['PATH'],
      PORT: String(port),
      DATABASE_URL: url,
      SHIPLOG_OPERATOR_TOKEN: OPERATOR_TOKEN,
      ...env,
    };
    const child = spawn(process.execPath, ['src/cli/shiplog.ts', ...args], { env: environment });
    child.stdin.end(input);
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code: child.exitCode, stdout, stderr };
  };
}

interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}
