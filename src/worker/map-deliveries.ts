import { zstdDecompressSync } from 'node:zlib';
import { InvalidPayloadError } from '../errors.ts';
import type { MappedEvent } from '../events/event.ts';
import { mapEvent } from '../events/map-event.ts';
import type { Facts } from '../facts/facts.ts';
import { type DeliveryOutcome, failedOutcome } from './delivery-outcome.ts';
import type { DueDelivery } from './due-deliveries.ts';

export interface MappedDelivery {
  readonly delivery: DueDelivery;
  readonly facts: Facts;
}

export interface MappedDeliveries {
  readonly byTenant: ReadonlyMap<number, readonly MappedDelivery[]>;
  /** Of those that came to no facts. */
  readonly outcomes: readonly DeliveryOutcome[];
}

/** Maps each delivery by itself: one that can not be read does not touch the others. */
export function mapDeliveries(deliveries: readonly DueDelivery[], appId: number | null): MappedDeliveries {
  const byTenant = new Map<number, MappedDelivery[]>();
  const outcomes: DeliveryOutcome[] = [];
  for (const delivery of deliveries) {
    try {
      const mapped = mapDelivery(delivery, appId);
      if (mapped.tenantId === null) {
        outcomes.push({ delivery, state: 'ignored', tenantId: null, error: mapped.ignored, dueAt: null });
        continue;
      }
      const mates = byTenant.get(mapped.tenantId);
      if (mates) mates.push({ delivery, facts: mapped.facts });
      else byTenant.set(mapped.tenantId, [{ delivery, facts: mapped.facts }]);
    } catch (error) {
      outcomes.push(failedOutcome(delivery, { tenantId: null, error }));
    }
  }
  return { byTenant, outcomes };
}

function mapDelivery({ event, body, received_at }: DueDelivery, appId: number | null): MappedEvent {
  return mapEvent({ name: event, payload: readPayload(body), receivedAt: received_at.toISOString(), appId });
}

function readPayload(body: Buffer): unknown {
  try {
    return JSON.parse(zstdDecompressSync(body).toString());
  } catch (cause) {
    throw new InvalidPayloadError('The stored body is not JSON compressed with zstd.', { cause });
  }
}
