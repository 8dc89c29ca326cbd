import type { IncomingHttpHeaders } from 'node:http';
import type { Problem } from '../http/problem-details.ts';

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const EVENT = /^[a-z][a-z0-9_]{0,63}$/;

export interface DeliveryHeaders {
  /** In lower case. */
  readonly guid: string;
  readonly event: string;
}

export function parseDeliveryHeaders(headers: IncomingHttpHeaders): DeliveryHeaders | Problem {
  if (!isJson(headers['content-type'])) {
    return {
      status: 415,
      detail: 'The body is not application/json. Set the webhook\'s "Content type" to application/json on GitHub.',
    };
  }
  const guid = headers['x-github-delivery'];
  if (typeof guid !== 'string' || !GUID.test(guid)) {
    return { status: 400, detail: 'X-GitHub-Delivery is not a UUID. GitHub sends one with each delivery.' };
  }
  const event = headers['x-github-event'];
  if (typeof event !== 'string' || !EVENT.test(event)) {
    return { status: 400, detail: 'X-GitHub-Event is not the name of an event, such as push.' };
  }
  return { guid: guid.toLowerCase(), event };
}

function isJson(contentType: string | undefined): boolean {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() === 'application/json';
}
