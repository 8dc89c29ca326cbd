import type { Logger } from '../logging.ts';
import type { IncomingDelivery } from './deliveries.ts';
import { isPoison, isTransient } from './storage-errors.ts';

export type Acceptance = 'accepted' | 'duplicate';

export interface GroupCommitOptions {
  store: (deliveries: readonly IncomingDelivery[]) => Promise<Set<string>>;
  log: Logger;
  /** A group that takes longer is refused; two of them and the request itself stay within GitHub's 10 s. */
  timeoutMs?: number;
  maxDeliveries?: number;
  maxBytes?: number;
}

export interface GroupCommit {
  /**
   * Resolves once the delivery is durable.
   * @throws when it is not known to be
   */
  add(delivery: IncomingDelivery): Promise<Acceptance>;
}

interface Member {
  delivery: IncomingDelivery;
  resolve: (acceptance: Acceptance) => void;
  reject: (error: unknown) => void;
}

// While one group waits for the disk, the next one is sent.
const GROUPS_IN_FLIGHT = 2;

/**
 * Lets concurrent requests share commits. Nothing waits for a timer: an idle store takes the next delivery at once,
 * and what arrives while it is busy goes together.
 */
export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  const waiting: Member[] = [];
  let inFlight = 0;
  let scheduled = false;

  const flushNext = () => {
    scheduled = false;
    while (waiting.length > 0 && inFlight < GROUPS_IN_FLIGHT) {
      inFlight += 1;
      void storeGroup(takeGroup(waiting, options), options).finally(() => {
        inFlight -= 1;
        flushNext();
      });
    }
  };
  return {
    add: (delivery) =>
      new Promise((resolve, reject) => {
        waiting.push({ delivery, resolve, reject });
        if (scheduled || inFlight >= GROUPS_IN_FLIGHT) return;
        scheduled = true;
        // After this turn of the event loop, so that requests which arrived together share a group.
        setImmediate(flushNext);
      }),
  };
}

function takeGroup(waiting: Member[], { maxDeliveries = 1_000, maxBytes = 8 * 1024 * 1024 }: GroupCommitOptions) {
  let bytes = 0;
  let count = 0;
  for (const { delivery } of waiting) {
    bytes += delivery.body.length;
    if (count > 0 && (bytes > maxBytes || count >= maxDeliveries)) break;
    count += 1;
  }
  return waiting.splice(0, count);
}

/** Settles every member; never rejects itself. */
async function storeGroup(group: readonly Member[], options: GroupCommitOptions): Promise<void> {
  try {
    const fresh = await storeInTime(group, options);
    for (const { delivery, resolve } of group) {
      // The first of two equal GUIDs is the accepted one.
      resolve(fresh.delete(delivery.guid) ? 'accepted' : 'duplicate');
    }
  } catch (err) {
    if (group.length > 1 && isPoison(err)) {
      for (const member of group) await storeGroup([member], options);
      return;
    }
    options.log.error({ err, deliveries: group.length }, 'deliveries not stored');
    for (const { reject } of group) reject(err);
  }
}

async function storeInTime(group: readonly Member[], { store, timeoutMs = 4_000 }: GroupCommitOptions) {
  const deliveries = group.map(({ delivery }) => delivery);
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not stored within ${timeoutMs} ms`)), timeoutMs);
  });
  const stored = store(deliveries).catch((err: unknown) => {
    if (!isTransient(err)) throw err;
    return store(deliveries);
  });
  try {
    return await Promise.race([stored, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
