import type { CheckedPull, Median, ReviewRow } from './check-facts.ts';

/** Whose turn it is, and since when. */
export type NextStep =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'review';
      /** Logins, and slugs of teams; nobody in particular where it is empty. */
      readonly of: readonly string[];
      readonly again: boolean;
      /** Null: not known. */
      readonly since: Date | null;
      readonly median: Median | null;
    }
  | { readonly kind: 'changes'; readonly by: readonly string[]; readonly since: Date | null }
  | { readonly kind: 'merge'; readonly by: readonly string[]; readonly since: Date | null };

interface OpenPull {
  readonly state: 'draft' | 'waiting_for_review' | 'changes_requested' | 'approved';
  readonly nextStep: NextStep;
}

/** An open pull request waits for its author, for a review, or for its merge. */
export function evaluateOpen({ about, reviews, medians }: CheckedPull): OpenPull {
  if (about.draft) return { state: 'draft', nextStep: { kind: 'ready' } };
  const objections = reviews.filter(({ state }) => state === 'changes_requested');
  const current = objections.filter(({ commit_sha }) => commit_sha === about.head_sha);
  if (current.length > 0) return { state: 'changes_requested', nextStep: { kind: 'changes', ...said(current) } };
  const requested = [...about.requested_reviewers, ...about.requested_teams];
  if (objections.length > 0) {
    const of = [...new Set([...loginsOf(objections), ...requested])];
    return { state: 'waiting_for_review', nextStep: { kind: 'review', of, again: true, since: null, median: null } };
  }
  const approvals = reviews.filter(({ state }) => state === 'approved');
  if (approvals.length > 0) return { state: 'approved', nextStep: { kind: 'merge', ...said(approvals) } };
  const since = about.ready_at ?? about.created_at;
  const nextStep = { kind: 'review', of: requested, again: false, since, median: medians.pickup } as const;
  return { state: 'waiting_for_review', nextStep };
}

function said(reviews: readonly ReviewRow[]): { by: string[]; since: Date | null } {
  const times = reviews.flatMap(({ submitted_at }) => submitted_at ?? []);
  const latest = times.toSorted((a, b) => b.getTime() - a.getTime())[0];
  return { by: loginsOf(reviews), since: latest ?? null };
}

function loginsOf(reviews: readonly ReviewRow[]): string[] {
  return reviews.flatMap(({ login }) => login ?? []).toSorted();
}
