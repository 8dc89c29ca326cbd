import type { IncomingDelivery } from './deliveries.ts';
import type { Stored } from './delivery-store.ts';

/** What the storage thread needs to start. */
export interface StorageThreadData {
  readonly databaseUrl: string;
}

/** A group on its way to the storage thread: the bodies one after the other in memory that moves, not copied again. */
export interface StoreRequest {
  readonly id: number;
  readonly heads: readonly (Omit<IncomingDelivery, 'body'> & { readonly length: number })[];
  readonly bodies: Uint8Array<ArrayBuffer>;
}

export type StoreReply =
  | { readonly id: number; readonly stored: Stored }
  | { readonly id: number; readonly failure: { readonly message: string; readonly code: string | undefined } };

export function packDeliveries(id: number, deliveries: readonly IncomingDelivery[]): StoreRequest {
  const heads = deliveries.map(({ guid, event, action, body }) => ({ guid, event, action, length: body.length }));
  const bodies = new Uint8Array(heads.reduce((bytes, { length }) => bytes + length, 0));
  let start = 0;
  for (const { body } of deliveries) {
    bodies.set(body, start);
    start += body.length;
  }
  return { id, heads, bodies };
}

export function unpackDeliveries({ heads, bodies }: StoreRequest): IncomingDelivery[] {
  let start = 0;
  return heads.map(({ length, ...head }) => {
    const body = bodies.subarray(start, start + length);
    start += length;
    return { ...head, body };
  });
}
