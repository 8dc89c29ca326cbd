import { createHash } from 'node:crypto';

/**
 * The number of something that another program has named: negative, so that it is none of GitHub's; of 53 bits, so that
 * two names of a repository have one number once in a million repositories with a hundred thousand names each.
 */
export function reportedNumber(name: string): number {
  const bits = createHash('sha256').update(name).digest().readBigUInt64BE() >> 11n;
  return -1 - Number(bits);
}
