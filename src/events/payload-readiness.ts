import type { PullRequestFact } from '../facts/pull-requests.ts';

type Readied = NonNullable<PullRequestFact['readied']>;

export function openedReadiness({ draft, created_at }: { draft: boolean; created_at: string }): Readied {
  return { at: created_at, ready_at: draft ? null : created_at };
}

/** Of both in one second, ready is taken as the later. */
export function changedReadiness(change: 'ready_for_review' | 'converted_to_draft', at: string): Readied {
  return change === 'ready_for_review' ? { at, rank: 2, ready_at: at } : { at, rank: 1, ready_at: null };
}
