import type { Database } from '../../db/connection.ts';
import { createStoreGroup } from '../intake/delivery-store.ts';
import { parseDeliveryHeaders } from '../intake/delivery-headers.ts';
import { parsePayload } from '../intake/payload.ts';
import type { Queue } from '../queue.ts';
import type { RecoverOptions } from '../sync/missed-deliveries.ts';

/** For how many days GitHub keeps the hook's deliveries; GitHub Enterprise Server for longer. */
export function hookRetentionDays(gheHost: string | undefined): number {
  return gheHost === undefined ? 3 : 7;
}

/**
 * Intake's own path, without the signature: GitHub's API gave the payload, over TLS, to the App. It gives it parsed, so
 * that the body which is stored is written anew.
 */
export function createStoreMissed(db: Database, queue: Queue): RecoverOptions['store'] {
  const storeGroup = createStoreGroup(db, queue);
  return async ({ guid, event, payload, sentAt }) => {
    const headers = parseDeliveryHeaders({
      'content-type': 'application/json',
      'x-github-delivery': guid,
      'x-github-event': event,
    });
    const body = Buffer.from(JSON.stringify(payload));
    const parsed = parsePayload(body);
    if ('status' in headers) return { failure: headers.detail };
    if ('status' in parsed) return { failure: parsed.detail };
    const [stored] = await storeGroup([{ ...headers, ...parsed, body, receivedAt: sentAt }]);
    return typeof stored === 'object' ? stored : undefined;
  };
}
