import type { Database } from '../../db/connection.ts';
import type { Queue } from '../queue.ts';
import { type IncomingDelivery, storeDeliveries } from './deliveries.ts';

export type Acceptance = 'accepted' | 'duplicate';

/** What became of each delivery of a group, in its order; a text says why that one could not be stored. */
export type Stored = readonly (Acceptance | { readonly failure: string })[];

/** Keeps a group of deliveries; it throws when none could be kept. */
export type StoreGroup = (deliveries: readonly IncomingDelivery[]) => Promise<Stored>;

/** Stores a group in one commit, and one by one where a single value spoils it. */
export function createStoreGroup(db: Database, queue: Queue): StoreGroup {
  const store = async (deliveries: readonly IncomingDelivery[]): Promise<Stored> => {
    const fresh = await withOneRetry(() => storeDeliveries(db, queue, deliveries));
    // The first of two equal GUIDs is the accepted one.
    return deliveries.map(({ guid }) => (fresh.delete(guid) ? 'accepted' : 'duplicate'));
  };
  return async (deliveries) => {
    try {
      return await store(deliveries);
    } catch (error) {
      if (!isPoison(error)) throw error;
      const stored: (Stored[number] | undefined)[] = [];
      for (const delivery of deliveries) stored.push((await storeAlone(store, delivery))[0]);
      return stored.map((outcome) => outcome ?? { failure: 'not stored' });
    }
  };
}

async function storeAlone(store: StoreGroup, delivery: IncomingDelivery): Promise<Stored> {
  try {
    return await store([delivery]);
  } catch (error) {
    if (!isPoison(error)) throw error;
    return [{ failure: String(error) }];
  }
}

/** Two processes that store the same redeliveries in opposite order deadlock; the next try goes through. */
async function withOneRetry<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!['40001', '40P01'].includes(sqlState(error))) throw error;
    return work();
  }
}

/** A value that the database can not take: classes "data exception" and "integrity constraint violation". */
function isPoison(error: unknown): boolean {
  return /^2[23]...$/.test(sqlState(error));
}

function sqlState(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
