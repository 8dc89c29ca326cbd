import fc from 'fast-check';
import { expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import type { WebhookEvent } from '../../src/events/event.ts';
import { mapEvent } from '../../src/events/map-event.ts';
import { applyFacts } from '../../src/facts/apply.ts';
import { inAnyOrder } from '../support/any-order.ts';
import { arbitraryEvent } from '../support/arbitrary-events.ts';
import { createTestDatabase } from '../support/database.ts';
import { ACME } from '../support/payloads.ts';
import { readRows, removeRows, type Rows } from '../support/rows.ts';

const { db } = await createTestDatabase();

async function rowsAfter(batches: readonly (readonly WebhookEvent[])[]): Promise<Rows> {
  await removeRows(db, ACME.id);
  for (const batch of batches) {
    const facts = batch.map(mapEvent).map((mapped) => {
      if (mapped.tenantId !== ACME.id) throw new Error('an event of another tenant');
      return mapped.facts;
    });
    await withTenant(db, ACME.id, (trx) => applyFacts(trx, ACME.id, facts));
  }
  return readRows(db, ACME.id);
}

it('stores the same rows for any order, any repetition and any batches of a stream of events', async () => {
  const stream = fc.array(arbitraryEvent, { minLength: 2, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(stream, fc.infiniteStream(fc.nat()), async (events, random) => {
      const expected = await rowsAfter([events]);
      expect(await rowsAfter(inAnyOrder(events, random))).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});
