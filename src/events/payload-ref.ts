import type { Facts } from '../facts/facts.ts';

const BRANCH = 'refs/heads/';
const TAG = 'refs/tags/';

/** Of a push and a deletion of one branch in one second the deletion is taken as the later. */
const rank = { mentioned: 0, moved: 1, deleted: 2 } as const;

/** A time before every push: it says that a ref is there and not where, so that any push knows better. */
const BEFORE_ANY_PUSH = '1970-01-01T00:00:00.000Z';

export interface MovedRef {
  readonly repository_id: number;
  /** With `refs/heads/` or `refs/tags/` before it; other refs come to no facts. */
  readonly ref: string;
  /** Null: deleted. */
  readonly sha: string | null;
  readonly at: string;
}

export function movedRefFacts({ repository_id, ref, sha, at }: MovedRef): Facts {
  const sighting = { at, rank: sha === null ? rank.deleted : rank.moved, deleted_at: sha === null ? at : null };
  if (ref.startsWith(BRANCH)) {
    const name = ref.slice(BRANCH.length);
    return { branches: [{ repository_id, name, observed: { ...sighting, head_sha: sha } }] };
  }
  if (!ref.startsWith(TAG)) return {};
  return { tags: [{ repository_id, name: ref.slice(TAG.length), observed: { ...sighting, sha } }] };
}

export interface NamedRef {
  readonly repository_id: number;
  readonly type: 'branch' | 'tag';
  readonly name: string;
}

export function createdRefFacts(ref: NamedRef): Facts {
  return namedRefFacts(ref, { at: BEFORE_ANY_PUSH, rank: rank.mentioned, deleted_at: null });
}

/** @param at the repository's last push, which may be of another ref: at that time, a push of this one knows better */
export function deletedRefFacts(ref: NamedRef, at: string): Facts {
  return namedRefFacts(ref, { at, rank: rank.mentioned, deleted_at: at });
}

function namedRefFacts(
  { repository_id, type, name }: NamedRef,
  sighting: { at: string; rank: number; deleted_at: string | null },
): Facts {
  return type === 'branch'
    ? { branches: [{ repository_id, name, observed: { ...sighting, head_sha: null } }] }
    : { tags: [{ repository_id, name, observed: { ...sighting, sha: null } }] };
}
