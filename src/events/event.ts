import type { Facts } from '../facts/facts.ts';

/** A webhook as it was received; `payload` is JSON that nobody has looked at yet. */
export interface WebhookEvent {
  /** `X-GitHub-Event` */
  readonly name: string;
  readonly payload: unknown;
  /** ISO 8601 in UTC; the time of what happened, where the payload tells none. */
  readonly receivedAt: string;
  /** Our own app's id, to know our own check runs; null when not connected to GitHub. */
  readonly appId: number | null;
}

/**
 * Maps one event family to facts. Pure: the same event gives the same facts.
 * @throws InvalidPayloadError when the payload is not of the event's shape
 */
export type EventMapper = (event: WebhookEvent) => Facts;

/** What a delivery says: facts of one tenant, or why there is nothing to store. */
export type MappedEvent =
  | { readonly tenantId: number; readonly facts: Facts }
  | { readonly tenantId: null; readonly ignored: string };
