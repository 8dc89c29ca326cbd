import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ensureOperatorToken } from '../src/operator-token.ts';

let directory: string;
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'operator-')), 'data');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it('is made once, for the owner of the file alone', async () => {
  const tokens = await Promise.all(Array.from({ length: 10 }, () => ensureOperatorToken(directory)));
  const again = await ensureOperatorToken(directory);
  expect(new Set(tokens.map(({ token }) => token))).toEqual(new Set([again.token]));
  expect(again.token).toMatch(/^[\w-]{43}$/);
  expect(await readdir(directory)).toEqual(['operator-token']);
  expect((await stat(join(directory, 'operator-token'))).mode & 0o777).toBe(0o600);
});

it('is not taken from a file that was emptied', async () => {
  await ensureOperatorToken(directory);
  await writeFile(join(directory, 'operator-token'), '\n');
  await expect(ensureOperatorToken(directory)).rejects.toThrow(/Delete it/);
});
