import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { DeliveryGenerator, type GeneratedDelivery } from './generate-deliveries.ts';

const SECRET = 'bench-secret';
const TOKEN = 'bench-operator-token';
const PER_SECOND = 200;
const SECONDS = 15;
const POLL_MS = 10;
/** Of the pull requests that are opened; more pollers would be a load of their own. */
const OBSERVED_SHARE = 5;
const pullRequest = z.object({
  number: z.number(),
  pull_request: z.object({ updated_at: z.string() }),
  repository: z.object({ name: z.string() }),
});

/** At a steady 200 deliveries a second: from the 202 of a pull request to its row in the API's answer. */
export async function measureLatency({
  databaseUrl,
  dataDir,
}: {
  databaseUrl: string;
  dataDir: string;
}): Promise<void> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    SHIPLOG_DATA_DIR: dataDir,
    WEBHOOK_SECRET: SECRET,
    SHIPLOG_OPERATOR_TOKEN: TOKEN,
    LOG_LEVEL: 'error' as const,
  };
  const server = spawn(process.execPath, ['src/main.ts'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    while (!(await isReady(base))) await sleep(100);
    const latencies = (await sendSteadily(base)).toSorted((a, b) => a - b);
    const at = (share: number) => (latencies[Math.floor((latencies.length - 1) * share)] ?? Number.NaN).toFixed(0);
    console.log(
      `latency       at ${PER_SECOND} deliveries/s, from the 202 to the API, ${latencies.length} pull requests: ` +
        `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms (polled every ${POLL_MS} ms)`,
    );
  } finally {
    server.kill('SIGTERM');
    await new Promise((resolve) => server.once('exit', resolve));
  }
}

async function sendSteadily(base: string): Promise<number[]> {
  const generator = new DeliveryGenerator(50_000_000);
  const started = performance.now();
  const sent: Promise<number>[] = [];
  const observed: Promise<number>[] = [];
  let opened = 0;
  for (let index = 0; index < PER_SECOND * SECONDS; index++) {
    const wait = started + (index * 1_000) / PER_SECOND - performance.now();
    if (wait > 1) await sleep(wait);
    const delivery = generator.next();
    const answered = post(base, delivery);
    sent.push(answered);
    if (delivery.event !== 'pull_request' || delivery.action !== 'opened' || opened++ % OBSERVED_SHARE > 0) continue;
    observed.push(answered.then((at) => untilReadable(base, delivery, at)));
  }
  await Promise.all(sent);
  return Promise.all(observed);
}

async function post(base: string, { guid, event, body }: GeneratedDelivery): Promise<number> {
  const response = await fetch(`${base}/api/github/webhooks`, {
    method: 'POST',
    body: new Uint8Array(body),
    headers: {
      'content-type': 'application/json',
      'x-github-event': event,
      'x-github-delivery': guid,
      'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
    },
  });
  if (response.status !== 202) throw new Error(`a delivery was answered with ${response.status}`);
  await response.arrayBuffer();
  return performance.now();
}

async function untilReadable(base: string, { body }: GeneratedDelivery, answeredAt: number): Promise<number> {
  const { number, repository } = pullRequest.parse(JSON.parse(body.toString()));
  for (;;) {
    const response = await fetch(`${base}/api/v1/orgs/bench/pulls/${repository.name}/${number}`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    await response.arrayBuffer();
    if (response.status === 200) return performance.now() - answeredAt;
    if (performance.now() - answeredAt > 10_000) throw new Error(`pull request ${number} did not appear in 10 s`);
    await sleep(POLL_MS);
  }
}

async function isReady(base: string): Promise<boolean> {
  return fetch(`${base}/readyz`).then(
    (response) => response.ok,
    () => false,
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
