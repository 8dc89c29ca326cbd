import type { IncomingMessage, ServerResponse } from 'node:http';
import { sql } from 'kysely';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Database } from '../../db/connection.ts';
import { sendProblem } from './send-problem.ts';
import { bearerToken, createIsOperator } from './operator.ts';

export interface PrometheusOptions {
  db: Database;
  operatorToken: string | undefined;
}

/** GET /metrics, for the operator: how many deliveries of which event are in which state, and how the process is. */
export function createPrometheus({ db, operatorToken }: PrometheusOptions) {
  const registry = createRegistry(db);
  const isOperator = createIsOperator(operatorToken);
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const token = bearerToken(request.headers.authorization);
    if (token === undefined || !isOperator(token)) {
      const headers = { 'www-authenticate': 'Bearer' };
      sendProblem(request, response, { status: 401, detail: 'Give the operator token as bearer token.', headers });
      return;
    }
    const text = await registry.metrics();
    response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' });
    response.end(text);
  };
}

function createRegistry(db: Database): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registry.registerMetric(createDeliveriesGauge(db));
  return registry;
}

function createDeliveriesGauge(db: Database): Gauge<'event' | 'state'> {
  return new Gauge({
    name: 'shiplog_deliveries',
    help: 'Stored deliveries by event and state; an event that Shiplog does not know is ignored.',
    labelNames: ['event', 'state'],
    registers: [],
    async collect() {
      this.reset();
      for (const { event, state, count } of await countDeliveries(db)) this.set({ event, state }, count);
    },
  });
}

async function countDeliveries(db: Database) {
  const { rows } = await sql<{ event: string; state: string; count: number }>`
    select event, state, count(*) as count from deliveries group by event, state`.execute(db);
  return rows;
}
