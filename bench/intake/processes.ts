import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { type LoadOrder, type LoadResult, loadResult } from './load-order.ts';
import { BENCH_SECRET } from './pushes.ts';

export interface BenchServer {
  readonly name: 'bare' | 'probot' | 'shiplog';
  readonly port: number;
  readonly path: string;
  readonly process: ChildProcess;
}

const listening = z.object({ port: z.number(), path: z.string() });

/** A server that tells its port itself. */
export async function startBaseline(name: 'bare' | 'probot'): Promise<BenchServer> {
  const server = fork(new URL(`${name}-server.ts`, import.meta.url), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [message] = await once(server, 'message');
  return { name, process: server, ...listening.parse(message) };
}

/** Shiplog as `npm start` runs it, as a web process: the drain is measured elsewhere. Its log goes to a file. */
export async function startShiplogServer(directory: string): Promise<BenchServer> {
  const port = await findFreePort();
  const log = openSync(join(directory, 'log'), 'a');
  const server = fork(new URL('../../src/main.ts', import.meta.url), {
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      SHIPLOG_DATA_DIR: join(directory, 'data'),
      SHIPLOG_ROLE: 'web',
      WEBHOOK_SECRET: BENCH_SECRET,
      LOG_FORMAT: 'json',
    },
    execArgv: packageJson.scripts.start.split(' ').filter((part) => part.startsWith('--max-')),
    stdio: ['ignore', log, 'inherit', 'ipc'],
  });
  while (!(await isReady(port))) {
    if (server.exitCode !== null) throw new Error(`Shiplog did not start; see ${directory}/log`);
    await sleep(100);
  }
  return { name: 'shiplog', port, path: '/api/github/webhooks', process: server };
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
  } catch {
    return false;
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = listening.pick({ port: true }).parse(server.address());
  server.close();
  return port;
}

export async function stopServer({ process: server }: BenchServer): Promise<void> {
  const exit = once(server, 'exit');
  server.kill('SIGTERM');
  await exit;
}

/** Of the server's process, in MB; PostgreSQL's processes are not in it. */
export function residentMegabytes({ process: server }: BenchServer): number {
  const kilobytes = Number(execFileSync('ps', ['-o', 'rss=', '-p', String(server.pid)], { encoding: 'utf8' }));
  return Math.round(kilobytes / 1024);
}

export interface LoadGenerator {
  run(server: BenchServer, order: Omit<LoadOrder, 'port' | 'path'>): Promise<LoadResult>;
  stop(): void;
}

export function startLoadGenerator(): LoadGenerator {
  const generator = fork(new URL('load.ts', import.meta.url));
  return {
    run: async ({ name, port, path }, order) => {
      generator.send({ ...order, port, path });
      const [message] = await once(generator, 'message');
      const result = loadResult.parse(message);
      const refused = Object.keys(result.statuses).filter((status) => !status.startsWith('2'));
      if (refused.length > 0) throw new Error(`${name} answered ${JSON.stringify(result.statuses)}`);
      return result;
    },
    stop: () => generator.kill(),
  };
}
