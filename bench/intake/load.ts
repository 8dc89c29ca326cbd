import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, openConnection } from './connection.ts';
import { createPushBodies, createRequests, type RequestTemplate } from './pushes.ts';

/** What the benchmark asks of the load generator, which is a process of its own. */
export interface LoadOrder {
  port: number;
  path: string;
  connections: number;
  seconds: number;
  /** Requests a second, sent on a fixed schedule; unset: as many as the server takes. */
  rate?: number;
}

export interface LoadResult {
  requests: number;
  perSecond: number;
  /** Milliseconds from the time at which the request was due, so that a stall counts for all whom it kept waiting. */
  p50: number;
  p99: number;
  /** How often each status was answered. */
  statuses: Record<string, number>;
}

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
