import { hash } from 'node:crypto';
import type { Columns } from './fact-table.ts';

const CONTENT_BITS = 48;
const MAX_RANK = 15;

/**
 * Orders two sightings of the same moment: by the mapper's rank, then by content. The latter has no meaning but that
 * every order of the same facts picks the same one.
 * @returns below 2^52
 */
export function sightingRank(rank: number, columns: Columns, values: Readonly<Record<string, unknown>>): number {
  if (!Number.isInteger(rank) || rank < 0 || rank > MAX_RANK)
    throw new RangeError(`rank ${rank} is not in 0..${MAX_RANK}`);
  const names = Object.keys(columns);
  const content = names.length === 0 ? 0 : contentHash(names.map((name) => values[name] ?? null));
  return rank * 2 ** CONTENT_BITS + content;
}

function contentHash(values: readonly unknown[]): number {
  return Number.parseInt(hash('sha1', JSON.stringify(values), 'hex').slice(0, CONTENT_BITS / 4), 16);
}
