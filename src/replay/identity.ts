import { hash } from 'node:crypto';

/** Whose history is replayed, as GitHub would name it. */
export interface ReplayedRepository {
  readonly org: string;
  readonly name: string;
}

// Far above the ids that GitHub gives out, and below 2^47.
const FIRST_ID = 2 ** 46;
const ID_BITS = 46;

/** An id that is the same in every replay. GitHub does not tell names apart by case. */
export function idOf(...names: readonly (string | number)[]): number {
  const digest = BigInt(`0x${digestOf(['id', ...names])}`);
  return FIRST_ID + Number(BigInt.asUintN(ID_BITS, digest));
}

export function orgId({ org }: ReplayedRepository): number {
  return idOf('org', org.toLowerCase());
}

export function repositoryId({ org, name }: ReplayedRepository): number {
  return idOf('repository', org.toLowerCase(), name.toLowerCase());
}

/** A delivery's GUID that is the same in every replay: a name-based UUID of version 5 (RFC 9562). */
export function guidOf(...names: readonly (string | number)[]): string {
  const digest = digestOf(['delivery', ...names]);
  const variant = ((Number.parseInt(digest.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `5${digest.slice(13, 16)}`,
    `${variant}${digest.slice(18, 20)}`,
    digest.slice(20, 32),
  ].join('-');
}

function digestOf(names: readonly (string | number)[]): string {
  return hash('sha1', JSON.stringify(['shiplog replay', ...names]), 'hex');
}
