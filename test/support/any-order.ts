import type fc from 'fast-check';

/** The same things with some of them twice, in another order, split into batches. */
export function inAnyOrder<T>(things: readonly T[], random: fc.Stream<number>): T[][] {
  const next = () => random.next().value ?? 0;
  const shuffled = [...things, ...things.filter(() => next() % 3 === 0)]
    .map((thing) => ({ thing, order: next() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ thing }) => thing);
  const batches: T[][] = [];
  for (const thing of shuffled) {
    if (batches.length === 0 || next() % 2 === 0) batches.push([]);
    batches.at(-1)?.push(thing);
  }
  return batches;
}
