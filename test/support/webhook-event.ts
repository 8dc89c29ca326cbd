import { readFileSync } from 'node:fs';
import type { WebhookEvent } from '../../src/events/event.ts';
import { mapEvent } from '../../src/events/map-event.ts';
import type { Facts } from '../../src/facts/facts.ts';

export const RECEIVED_AT = '2026-03-05T12:00:00.000Z';

export function webhookEvent(name: string, payload: unknown): WebhookEvent {
  return { name, payload, receivedAt: RECEIVED_AT, appId: 29_310 };
}

/** The facts of an event that must have some. */
export function factsOf(name: string, payload: unknown): Facts {
  const mapped = mapEvent(webhookEvent(name, payload));
  if (mapped.tenantId === null) throw new Error(mapped.ignored);
  return mapped.facts;
}

export function fixture(name: string): unknown {
  return JSON.parse(readFileSync(`test/fixtures/events/${name}.json`, 'utf8'));
}

/** GitHub's time as facts have it. */
export function utc(time: string): string {
  return new Date(time).toISOString();
}
