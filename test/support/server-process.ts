import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface KillableServer {
  readonly url: string;
  /** At once, as `kill -9` does. */
  kill(): Promise<void>;
  /** Kills it and starts it again at the same address. */
  restart(): Promise<void>;
}

/** Shiplog in a process of its own. */
export async function killableServer(env: Readonly<Record<string, string>>): Promise<KillableServer> {
  const port = String(await findFreePort());
  const url = `http://127.0.0.1:${port}`;
  const start = () => startProcess({ ...env, PORT: port }, url);
  let server = await start();
  const kill = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  };
  return {
    url,
    kill,
    restart: async () => {
      await kill();
      server = await start();
    },
  };
}

async function startProcess(env: Readonly<Record<string, string>>, url: string): Promise<ChildProcess> {
  const server = spawn(process.execPath, ['src/main.ts'], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: 'ignore',
  });
  for (;;) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
    const response = await fetch(`${url}/livez`).catch(() => undefined);
    if (response?.ok) return server;
    await sleep(50);
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}
