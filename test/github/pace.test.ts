import { describe, expect, it, vi } from 'vitest';
import { Pace } from '../../src/github/pace.ts';

const read = { resource: 'core', writes: false } as const;
const write = { resource: 'core', writes: true } as const;

async function nothing(): Promise<void> {}

describe('an installation’s pace', () => {
  it('runs ten calls at once, and the next as places become free', async () => {
    const pace = new Pace();
    const ends: (() => void)[] = [];
    let running = 0;
    let most = 0;
    const calls = Array.from({ length: 25 }, () =>
      pace.run(read, async () => {
        most = Math.max(most, (running += 1));
        await new Promise<void>((resolve) => ends.push(resolve));
        running -= 1;
      }),
    );
    for (let ended = 0; ended < 25; ended++) {
      await expect.poll(() => ends.length).toBeGreaterThan(0);
      ends.shift()?.();
    }
    await Promise.all(calls);
    expect(most).toBe(10);
  });

  it('stops at the points of a minute, apart for REST and GraphQL', async () => {
    const pace = new Pace();
    for (let call = 0; call < 700; call++) await pace.run(read, nothing);
    await expect(pace.run(read, nothing)).rejects.toMatchObject({ name: 'RateLimitedError' });
    await pace.run({ resource: 'graphql', writes: false }, nothing);
  });

  it('stops at the writes of a minute and of an hour, and goes on reading', async ({ onTestFinished }) => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const pace = new Pace();
    const writeAll = async (): Promise<number> => {
      for (let written = 0; ; written++) {
        const isOver = await pace.run(write, nothing).then(
          () => false,
          () => true,
        );
        if (isOver) return written;
      }
    };
    const written: number[] = [];
    for (let minute = 0; minute < 8; minute++) {
      written.push(await writeAll());
      await pace.run(read, nothing);
      vi.advanceTimersByTime(60_000);
    }
    expect(written).toEqual([70, 70, 70, 70, 70, 70, 30, 0]);
  });

  it('gives the place back when a call fails', async () => {
    const pace = new Pace();
    for (let call = 0; call < 12; call++) {
      await expect(pace.run(read, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    }
  });
});
