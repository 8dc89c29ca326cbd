import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { type Queue, sendApplyDeliveries } from '../queue.ts';

/** A delivery that is checked and ready to be stored. */
export interface IncomingDelivery {
  /** In lower case. */
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  /** The raw body, compressed with zstd. */
  readonly body: Buffer;
}

/**
 * Stores deliveries and wakes the worker, in one commit.
 * @returns the GUIDs that were not stored before
 */
export function storeDeliveries(
  db: Database,
  queue: Queue,
  deliveries: readonly IncomingDelivery[],
): Promise<Set<string>> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await insertDeliveries(deliveries).execute(trx);
    if (rows.length > 0) await sendApplyDeliveries(queue, trx);
    return new Set(rows.map((row) => row.guid));
  });
}

/** The bodies travel as one binary parameter: an array of them would be written out in hexadecimal, twice the bytes. */
function insertDeliveries(deliveries: readonly IncomingDelivery[]) {
  const offsets: number[] = [];
  let end = 1;
  for (const { body } of deliveries) {
    offsets.push(end);
    end += body.length;
  }
  return sql<{ guid: string }>`
    insert into deliveries (guid, event, action, body)
    select guid, event, action, substring(${Buffer.concat(deliveries.map(({ body }) => body))}::bytea from start for length)
    from unnest(
      ${deliveries.map(({ guid }) => guid)}::uuid[],
      ${deliveries.map(({ event }) => event)}::text[],
      ${deliveries.map(({ action }) => action)}::text[],
      ${offsets}::int[],
      ${deliveries.map(({ body }) => body.length)}::int[]
    ) as delivery (guid, event, action, start, length)
    on conflict (guid) do nothing
    returning guid`;
}
