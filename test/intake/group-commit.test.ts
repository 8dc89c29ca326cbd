import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { IncomingDelivery } from '../../src/intake/deliveries.ts';
import { createStoreGroup, type StoreGroup } from '../../src/intake/delivery-store.ts';
import { createGroupCommit } from '../../src/intake/group-commit.ts';
import { createLogger } from '../../src/logging.ts';
import { startQueue } from '../../src/queue.ts';
import { createTestDatabase } from '../support/database.ts';

const log = createLogger({ level: 'silent', format: 'json' });

function deliveryOf(changes: Partial<IncomingDelivery> = {}): IncomingDelivery {
  return { guid: randomUUID(), event: 'push', action: null, body: Buffer.from('{}'), ...changes };
}

/** A store that takes groups one by one, each when it is told to. */
function createHeldStore() {
  const groups: { deliveries: readonly IncomingDelivery[]; finish: () => void; fail: (error: Error) => void }[] = [];
  const storeGroup: StoreGroup = (deliveries) =>
    new Promise((resolve, reject) => {
      groups.push({ deliveries, finish: () => resolve(deliveries.map(() => 'accepted')), fail: reject });
    });
  const at = async (index: number) => {
    for (;;) {
      const group = groups[index];
      if (group) return group;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { storeGroup, groups, at };
}

it('stores what arrives together, and what arrives meanwhile, each in one group', async () => {
  const held = createHeldStore();
  const { add } = createGroupCommit({ storeGroup: held.storeGroup, log });
  const first = [add(deliveryOf()), add(deliveryOf())];
  const group = await held.at(0);
  const later = [add(deliveryOf()), add(deliveryOf()), add(deliveryOf())];
  group.finish();
  expect(await Promise.all(first)).toEqual(['accepted', 'accepted']);
  (await held.at(1)).finish();
  await Promise.all(later);
  expect(held.groups.map(({ deliveries }) => deliveries.length)).toEqual([2, 3]);
});

it('keeps a group within its bytes and its number', async () => {
  const held = createHeldStore();
  const { add } = createGroupCommit({ storeGroup: held.storeGroup, log, maxBytes: 10, maxDeliveries: 3 });
  const bodies = [4, 4, 4, 25, 1, 1, 1, 1].map((bytes) => Buffer.alloc(bytes));
  const all = bodies.map((body) => add(deliveryOf({ body })));
  for (let index = 0; index < 5; index += 1) (await held.at(index)).finish();
  await Promise.all(all);
  expect(held.groups.map(({ deliveries }) => deliveries.map(({ body }) => body.length))).toEqual([
    [4, 4],
    [4],
    [25],
    [1, 1, 1],
    [1],
  ]);
});

it('refuses a group that failed and stores the next one', async () => {
  const held = createHeldStore();
  const { add } = createGroupCommit({ storeGroup: held.storeGroup, log });
  const failing = Promise.allSettled([add(deliveryOf()), add(deliveryOf())]);
  (await held.at(0)).fail(new Error('away'));
  expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const next = add(deliveryOf());
  (await held.at(1)).finish();
  expect(await next).toBe('accepted');
});

it('refuses a group that takes too long and stores the next one', async () => {
  const held = createHeldStore();
  const { add } = createGroupCommit({ storeGroup: held.storeGroup, log, timeoutMs: 20 });
  await expect(add(deliveryOf())).rejects.toThrow('20 ms');
  const next = add(deliveryOf());
  (await held.at(1)).finish();
  expect(await next).toBe('accepted');
});

it('stores the others of a group when the database can not take one of them', async () => {
  const { db, url } = await createTestDatabase();
  const queue = await startQueue({ url, log });
  try {
    const { add } = createGroupCommit({ storeGroup: createStoreGroup(db, queue), log });
    const [good, poison, twin] = [deliveryOf(), deliveryOf({ event: 'pu\u0000sh' }), deliveryOf()];
    const outcomes = await Promise.allSettled([good, poison, twin, twin].map(add));
    expect(outcomes.map((outcome) => ('value' in outcome ? outcome.value : outcome.status))).toEqual([
      'accepted',
      'rejected',
      'accepted',
      'duplicate',
    ]);
    const rows = await db.selectFrom('deliveries').select('guid').execute();
    expect(rows.map(({ guid }) => guid).toSorted()).toEqual([good.guid, twin.guid].toSorted());
  } finally {
    await queue.stop({ graceful: false });
  }
});
