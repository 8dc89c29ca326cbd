import type { Logger } from '../logging.ts';
import type { IncomingDelivery } from './deliveries.ts';
import type { Acceptance, StoreGroup } from './delivery-store.ts';

export interface GroupCommitOptions {
  storeGroup: StoreGroup;
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
  readonly add: (delivery: IncomingDelivery) => Promise<Acceptance>;
}

interface Member {
  delivery: IncomingDelivery;
  resolve: (acceptance: Acceptance) => void;
  reject: (error: unknown) => void;
}

/**
 * Lets concurrent requests share commits. Nothing waits for a timer: an idle store takes the next delivery at once,
 * and what arrives while it is busy goes together.
 */
export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  const waiting: Member[] = [];
  let busy = false;

  // One group at a time: with two, both are smaller, and the commits cost more than the waiting saves.
  const flush = async () => {
    while (waiting.length > 0) await settleGroup(takeGroup(waiting, options), options);
    busy = false;
  };
  return {
    add: (delivery) =>
      new Promise((resolve, reject) => {
        waiting.push({ delivery, resolve, reject });
        if (busy) return;
        busy = true;
        // After this turn of the event loop, so that requests which arrived together share a group.
        setImmediate(() => void flush());
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
async function settleGroup(group: readonly Member[], options: GroupCommitOptions): Promise<void> {
  const { log } = options;
  try {
    const stored = await storeInTime(group, options);
    for (const [index, { delivery, resolve, reject }] of group.entries()) {
      const outcome = stored[index] ?? { failure: 'no outcome' };
      if (typeof outcome === 'string') {
        resolve(outcome);
        continue;
      }
      const err = new Error(outcome.failure);
      log.error({ err, guid: delivery.guid, event: delivery.event }, 'delivery can not be stored');
      reject(err);
    }
  } catch (err) {
    log.error({ err, deliveries: group.length }, 'deliveries not stored');
    for (const { reject } of group) reject(err);
  }
}

async function storeInTime(group: readonly Member[], { storeGroup, timeoutMs = 4_000 }: GroupCommitOptions) {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not stored within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([storeGroup(group.map(({ delivery }) => delivery)), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
