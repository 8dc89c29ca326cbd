import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupByGuid, type HookDelivery } from '../../src/sync/hook-deliveries.ts';

const A = '72d3162e-cc78-11e3-81ab-00000000000a';
const B = '72d3162e-cc78-11e3-81ab-00000000000b';

function attempt(id: number, guid: string, statusCode = 502): HookDelivery {
  const delivered_at = new Date(Date.UTC(2026, 2, 1) + id * 60_000).toISOString();
  return { id, guid, delivered_at, status_code: statusCode, event: 'push', installation_id: 77 };
}

const byGuid = (attempts: readonly HookDelivery[]) =>
  groupByGuid(attempts).toSorted((a, b) => (a.guid < b.guid ? -1 : 1));

describe('attempts of one GUID', () => {
  it('are one webhook, sent first when the oldest was', () => {
    expect(groupByGuid([attempt(3, A), attempt(2, B), attempt(1, A)])).toEqual([
      expect.objectContaining({ guid: A, attemptIds: [3, 1], firstSentAt: '2026-03-01T00:01:00.000Z' }),
      expect.objectContaining({ guid: B, attemptIds: [2], firstSentAt: '2026-03-01T00:02:00.000Z' }),
    ]);
  });

  it.each([
    [[502, 202], true],
    [[202, 500], true],
    [[0], false],
    [[302, 401, 503], false],
  ])('with the answers %j have a success: %s', (codes, succeeded) => {
    const attempts = codes.map((code, index) => attempt(9 - index, A, code));
    expect(groupByGuid(attempts)).toMatchObject([{ succeeded }]);
  });

  it('come to the same in any order', () => {
    const attempts = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 99 }), fc.constantFrom(A, B), fc.constantFrom(0, 202, 502)),
    );
    fc.assert(
      fc.property(attempts, fc.infiniteStream(fc.double({ noNaN: true })), (given, keys) => {
        const all = given.map(([id, guid, code]) => attempt(id, guid, code));
        const shuffled = all
          .map((each) => [keys.next().value ?? 0, each] as const)
          .toSorted(([a], [b]) => a - b)
          .map(([, each]) => each);
        expect(byGuid(shuffled)).toEqual(byGuid(all));
      }),
    );
  });
});
