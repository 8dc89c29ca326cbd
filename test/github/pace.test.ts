import { describe, expect, it } from 'vitest';
import { Pace } from '../../src/github/pace.ts';

async function nothing(): Promise<void> {}

describe('an installation’s pace', () => {
  it('runs ten calls at once, and the next as places become free', async () => {
    const pace = new Pace();
    const ends: (() => void)[] = [];
    let running = 0;
    let most = 0;
    const calls = Array.from({ length: 25 }, () =>
      pace.run('core', 1, async () => {
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
    for (let call = 0; call < 140; call++) await pace.run('core', 5, nothing);
    await expect(pace.run('core', 1, nothing)).rejects.toMatchObject({ name: 'RateLimitedError' });
    await pace.run('graphql', 1, nothing);
  });

  it('gives the place back when a call fails', async () => {
    const pace = new Pace();
    for (let call = 0; call < 12; call++) {
      await expect(pace.run('core', 1, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    }
  });
});
