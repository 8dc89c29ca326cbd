import { describe, expect, it } from 'vitest';
import { mergeStreams } from '../../src/sync/merge-streams.ts';

async function* stream(values: number[], ended: string[] = [], name = ''): AsyncGenerator<number> {
  try {
    for (const value of values) yield value;
  } finally {
    ended.push(name);
  }
}

async function* failing(): AsyncGenerator<number> {
  yield 1;
  throw new Error('no more');
}

describe('merged streams', () => {
  it('give all that each of them gives', async () => {
    const all = await Array.fromAsync(mergeStreams([stream([1, 2]), stream([]), stream([3])]));
    expect(new Set(all)).toEqual(new Set([1, 2, 3]));
    expect(all).toHaveLength(3);
    expect(await Array.fromAsync(mergeStreams([]))).toEqual([]);
  });

  it('all end when the reader stops', async () => {
    const ended: string[] = [];
    for await (const _ of mergeStreams([stream([1, 2, 3], ended, 'a'), stream([4, 5, 6], ended, 'b')])) break;
    expect(ended.toSorted((a, b) => a.localeCompare(b))).toEqual(['a', 'b']);
  });

  it('all end when one of them fails', async () => {
    const ended: string[] = [];
    const merged = mergeStreams([failing(), stream([4, 5, 6], ended, 'b')]);
    await expect(Array.fromAsync(merged)).rejects.toThrow('no more');
    expect(ended).toEqual(['b']);
  });
});
