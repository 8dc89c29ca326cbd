import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { sendWebhooks } from '../../src/replay/send.ts';
import type { Webhook } from '../../src/replay/webhooks.ts';

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** A server that gives these answers, one after the other, then 202; 0 breaks the connection. */
async function answering(answers: number[]) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const guid = String(request.headers['x-github-delivery']);
    const status = answers.shift() ?? 202;
    if (status === 0) return request.socket.destroy();
    if (status === 202) seen.push(guid);
    response.writeHead(status).end(JSON.stringify({ delivery: guid, status: 'accepted', detail: 'no' }));
    return undefined;
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { webhookUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, seen };
}

async function* webhooks(count: number): AsyncGenerator<Webhook> {
  for (let index = 0; index < count; index += 1) yield { guid: `guid-${index}`, event: 'push', payload: { index } };
}

function options(webhookUrl: string, away: boolean[] = []) {
  const onAway = (isAway: boolean) => away.push(isAway);
  return { webhookUrl, secret: 's', onSent: () => {}, onAway, signal: new AbortController().signal };
}

describe('sending', () => {
  it('tries again while Shiplog is away, and says so once', async () => {
    const { webhookUrl, seen } = await answering([503, 0, 502]);
    const away: boolean[] = [];
    await sendWebhooks(webhooks(5), options(webhookUrl, away));
    expect(seen.toSorted()).toEqual(['guid-0', 'guid-1', 'guid-2', 'guid-3', 'guid-4']);
    expect(away.slice(0, 2)).toEqual([true, false]);
  });

  it('gives up when Shiplog stays away', async () => {
    const { webhookUrl } = await answering(Array.from({ length: 100 }, () => 503));
    const sending = sendWebhooks(webhooks(1), { ...options(webhookUrl), patienceMs: 200 });
    await expect(sending).rejects.toThrow(/has taken nothing for a while \(503 no\).*goes on where it stopped/);
  });

  it('stops at once at a webhook that is refused', async () => {
    const { webhookUrl } = await answering([400]);
    await expect(sendWebhooks(webhooks(1), options(webhookUrl))).rejects.toThrow(/refuses a push webhook: 400 no/);
  });
});
