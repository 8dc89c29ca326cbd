import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';

const listening = z.object({ port: z.number() });

interface SentWebhook {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** From a webhook to the call that it ends in, with nothing in between. @returns milliseconds of each */
export async function measureForwarding(secret: string, webhooks: readonly SentWebhook[]): Promise<number[]> {
  let arrived: (() => void) | undefined;
  const sink = createServer((request, response) => {
    arrived?.();
    request.resume();
    response.end();
  }).listen(0, '127.0.0.1');
  await once(sink, 'listening');
  const target = `http://127.0.0.1:${listening.parse(sink.address()).port}/`;
  const server = fork(new URL('forward-server.ts', import.meta.url), [secret, target]);
  const [message] = await once(server, 'message');
  const url = `http://127.0.0.1:${listening.parse(message).port}/`;
  const times: number[] = [];
  for (const { headers, body } of webhooks) {
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const started = performance.now();
    await fetch(url, { method: 'POST', headers, body });
    await arrival;
    times.push(performance.now() - started);
  }
  server.kill();
  sink.closeAllConnections();
  sink.close();
  return times;
}
