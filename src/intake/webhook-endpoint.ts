import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../logging.ts';
import { parseDeliveryHeaders } from './delivery-headers.ts';
import type { GroupCommit } from './group-commit.ts';
import { parsePayload } from './payload.ts';
import type { Problem } from '../http/problem-details.ts';
import { sendProblem } from '../http/send-problem.ts';
import { BodyBudget, readBody } from './request-body.ts';
import { createVerifySignature, parseSignature } from './signature.ts';

export const WEBHOOK_PATH = '/api/github/webhooks';

/** GitHub's own limit. */
const MAX_BYTES = 25 * 1024 * 1024;
/** A handful of the largest bodies at once, or thousands of usual ones. */
const MAX_BYTES_AT_ONCE = 128 * 1024 * 1024;

export interface WebhookEndpointOptions {
  /** None: setup mode, in which nothing is taken. */
  secrets: readonly string[];
  deliveries: GroupCommit;
  log: Logger;
}

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

interface Outcome {
  readonly guid?: string;
  readonly event?: string;
  readonly bytes?: number;
  readonly answer: { readonly delivery: string; readonly status: string } | Problem;
}

/** Takes webhooks: answers 202 only when the delivery is durable. */
export function createWebhookEndpoint({ secrets, deliveries, log }: WebhookEndpointOptions): RequestHandler {
  const receive = createReceive({ secrets, deliveries, log });
  return async (request, response) => {
    const started = performance.now();
    const outcome = await receive(request);
    if (!outcome) return;
    const { answer, ...fields } = outcome;
    const accepted = 'delivery' in answer;
    if (accepted) sendAccepted(response, answer);
    else sendProblem(request, response, answer);
    const status = accepted ? 202 : answer.status;
    const duration_ms = Math.round((performance.now() - started) * 10) / 10;
    log.info({ ...fields, status, duration_ms }, accepted ? `webhook ${answer.status}` : 'webhook refused');
  };
}

/**
 * The order of the checks lets a sender without the secret do and learn the least: nothing is read without a
 * signature, nothing is said about the rest of the request before the signature holds.
 */
function createReceive({ secrets, deliveries }: WebhookEndpointOptions) {
  const verify = createVerifySignature(secrets);
  const budget = new BodyBudget(MAX_BYTES_AT_ONCE);

  return async (request: IncomingMessage): Promise<Outcome | undefined> => {
    const refusal = refuseUnread(request, secrets);
    if (refusal) return { answer: refusal };
    const signature = parseSignature(request.headers['x-hub-signature-256']);
    if (!signature) return { answer: unsigned };
    const body = await readBody(request, { maxBytes: MAX_BYTES, budget });
    if (body === 'aborted') return undefined;
    if (body === 'too large') return { answer: tooLarge };
    if (body === 'busy') return { answer: busy };
    try {
      return verify(body, signature) ? await accept(request, body, deliveries) : { answer: unsigned };
    } finally {
      budget.give(body.length);
    }
  };
}

function refuseUnread({ method, headers }: IncomingMessage, secrets: readonly string[]): Problem | undefined {
  if (method !== 'POST') return methodNotAllowed;
  if (Number(headers['content-length'] ?? 0) > MAX_BYTES) return tooLarge;
  return secrets.length === 0 ? setupMode : undefined;
}

async function accept(request: IncomingMessage, body: Buffer, deliveries: GroupCommit): Promise<Outcome> {
  const headers = parseDeliveryHeaders(request.headers);
  if ('status' in headers) return { answer: headers };
  const fields = { ...headers, bytes: body.length };
  const payload = parsePayload(body);
  if ('status' in payload) return { ...fields, answer: payload };
  try {
    const status = await deliveries.add({ ...headers, ...payload, body });
    return { ...fields, answer: { delivery: headers.guid, status } };
  } catch {
    return { ...fields, answer: notDurable };
  }
}

function sendAccepted(response: ServerResponse, answer: { delivery: string; status: string }): void {
  const body = JSON.stringify({ delivery: answer.delivery, status: answer.status });
  response.writeHead(202, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}

const methodNotAllowed: Problem = {
  status: 405,
  detail: 'Webhooks come by POST.',
  headers: { allow: 'POST' },
};
const tooLarge: Problem = { status: 413, detail: 'The body is over 25 MB, more than GitHub ever sends.' };
const unsigned: Problem = {
  status: 401,
  detail:
    'X-Hub-Signature-256 is missing or does not fit. The secret on GitHub must be one of those in WEBHOOK_SECRET.',
};
const setupMode: Problem = {
  status: 503,
  detail: 'Shiplog is in setup mode: no webhook secret is configured. Set WEBHOOK_SECRET and start it again.',
};
const busy: Problem = {
  status: 503,
  detail: 'Too many large deliveries at once. Deliver this one again later.',
  headers: { 'retry-after': '5' },
};
const notDurable: Problem = {
  status: 503,
  detail: 'The delivery could not be stored: the database is away. Deliver it again later.',
  headers: { 'retry-after': '5' },
};
