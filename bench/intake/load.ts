import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, openConnection } from './connection.ts';
import type { LoadOrder, LoadResult } from './load-order.ts';
import { createPushBodies, createRequests, type RequestTemplate } from './pushes.ts';

const bodies = createPushBodies(500);

process.on('message', (order: LoadOrder) => {
  void run(order).then((result) => process.send?.(result));
});

async function run(order: LoadOrder): Promise<LoadResult> {
  const requests = createRequests(bodies, order.path);
  const connections = await Promise.all(Array.from({ length: order.connections }, () => openConnection(order.port)));
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  const started = performance.now();
  const until = started + order.seconds * 1_000;
  let due = started;
  const nextDue = () => {
    if (order.rate === undefined) return performance.now();
    due += 1_000 / order.rate;
    return due;
  };
  await Promise.all(
    connections.map(async (connection, index) => {
      for (let sent = index; performance.now() < until; sent += order.connections) {
        const dueAt = nextDue();
        const early = dueAt - performance.now();
        if (early > 0) await sleep(early);
        const status = await sendOne(connection, requests[sent % requests.length]);
        latencies.push(performance.now() - dueAt);
        statuses[status] = (statuses[status] ?? 0) + 1;
      }
      connection.close();
    }),
  );
  const seconds = (performance.now() - started) / 1_000;
  latencies.sort((a, b) => a - b);
  return {
    requests: latencies.length,
    perSecond: latencies.length / seconds,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    statuses,
  };
}

function sendOne(connection: Connection, template: RequestTemplate | undefined): Promise<number> {
  if (!template) throw new Error('no request to send');
  const request = Buffer.from(template.bytes);
  request.write(randomUUID(), template.guidAt, 'latin1');
  return connection.send(request);
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}
