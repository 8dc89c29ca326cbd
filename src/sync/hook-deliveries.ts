import { z } from 'zod';
import { id, timestamp } from '../events/payload-values.ts';
import type { RestRequest } from '../github/github.ts';

/** One attempt of GitHub to deliver a webhook. A redelivery is another one of the same GUID. */
const attempt = z.object({
  id,
  guid: z.guid().transform((guid) => guid.toLowerCase()),
  delivered_at: timestamp,
  status_code: z.int(),
  event: z.string(),
  action: z.string().nullish(),
  installation_id: z.int().nullish(),
});
export type HookDelivery = z.output<typeof attempt>;

/** With what was sent; GitHub forgets that before it forgets the attempt. */
const attemptWithPayload = attempt.extend({
  request: z.object({ payload: z.record(z.string(), z.unknown()).nullish() }).nullish(),
});

/**
 * All of them, the newest first: there is no filter by time, and `status=failure` leaves out those to which no
 * connection came about. GitHub keeps them for 3 days, GitHub Enterprise Server for 7.
 */
export function listHookDeliveries(place: Readonly<Record<string, string>> | null): RestRequest<HookDelivery[]> {
  return {
    route: 'GET /app/hook/deliveries',
    parameters: { per_page: 100, ...place },
    data: z.array(attempt),
  };
}

export function getHookDelivery(deliveryId: number): RestRequest<z.output<typeof attemptWithPayload>> {
  return {
    route: 'GET /app/hook/deliveries/{delivery_id}',
    parameters: { delivery_id: deliveryId },
    data: attemptWithPayload,
  };
}

/** A webhook that GitHub sent, once or more often. */
export interface SentWebhook {
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly installationId: number | null;
  /** As far as the attempts at hand tell. */
  readonly firstSentAt: string;
  /** The newest first. */
  readonly attemptIds: readonly number[];
  /** Whether an attempt was answered with 2xx. */
  readonly succeeded: boolean;
}

/** Attempts by their webhook, in the order in which each is met first. */
export function groupByGuid(attempts: readonly HookDelivery[]): SentWebhook[] {
  const webhooks = new Map<string, SentWebhook>();
  for (const { guid, id, event, action, installation_id, delivered_at, status_code } of attempts) {
    const known = webhooks.get(guid);
    const succeeded = status_code >= 200 && status_code < 300;
    webhooks.set(guid, {
      guid,
      event,
      action: action ?? null,
      installationId: installation_id ?? null,
      firstSentAt: known && known.firstSentAt < delivered_at ? known.firstSentAt : delivered_at,
      attemptIds: [...(known?.attemptIds ?? []), id].toSorted((a, b) => b - a),
      succeeded: succeeded || known?.succeeded === true,
    });
  }
  return [...webhooks.values()];
}
