/** What several sources give, as it comes; each reads on while what it gave is worked on. */
export async function* mergeStreams<T>(sources: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const read = async (iterator: AsyncIterator<T>) => ({ iterator, result: await iterator.next() });
  const reading = new Map(iterators.map((iterator) => [iterator, read(iterator)]));
  try {
    while (reading.size > 0) {
      const { iterator, result } = await Promise.race(reading.values());
      if (result.done === true) {
        reading.delete(iterator);
        continue;
      }
      reading.set(iterator, read(iterator));
      yield result.value;
    }
  } finally {
    await Promise.allSettled([...reading.values(), ...iterators.map((iterator) => iterator.return?.())]);
  }
}
