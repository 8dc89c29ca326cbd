import type { CheckedPull, Median, ReviewRow } from './check-facts.ts';

/** Whose turn it is, and since when. */
export type NextStep =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'review';
      /** Logins, and slugs of teams; nobody in particular where it is empty. */
      readonly of: readonly string[];
      /** Why another one is needed; null: there was none yet. */
      readonly again: 'new_commits' | 'requested_again' | 'no_verdict' | null;
      /** Null: not known. */
      readonly since: Date | null;
      readonly median: Median | null;
    }
  | { readonly kind: 'changes'; readonly by: readonly string[]; readonly since: Date | null }
  | {
      readonly kind: 'approved';
      readonly by: readonly string[];
      readonly since: Date | null;
      /** Logins, and slugs of teams, that were asked and have not answered. */
      readonly outstanding: readonly string[];
    };

interface OpenPull {
  readonly state: 'draft' | 'waiting_for_review' | 'changes_requested' | 'review_outstanding' | 'approved';
  readonly nextStep: NextStep;
}

/**
 * An open pull request waits for its author, or for a review, or it is approved. Whether GitHub would merge it is not
 * known: conflicts, other checks and how many approvals it takes are not read.
 */
export function evaluateOpen({ about, reviews, medians }: CheckedPull): OpenPull {
  if (about.draft) return { state: 'draft', nextStep: { kind: 'ready' } };
  const requested = [...about.requested_reviewers, ...about.requested_teams];
  const objections = reviews.filter(({ state }) => state === 'changes_requested');
  const isCurrent = ({ commit_sha }: ReviewRow) => commit_sha === about.head_sha;
  // Whoever objects is asked once more when they have their answer.
  const unanswered = objections.filter((one) => isCurrent(one) && !about.requested_reviewers.includes(one.login ?? ''));
  if (unanswered.length > 0) return { state: 'changes_requested', nextStep: { kind: 'changes', ...said(unanswered) } };
  if (objections.length > 0) {
    const of = [...new Set([...loginsOf(objections), ...requested])];
    return waiting({ of, again: objections.some(isCurrent) ? 'requested_again' : 'new_commits' });
  }
  const approvals = reviews.filter(({ state }) => state === 'approved');
  if (approvals.length > 0) {
    const nextStep = { kind: 'approved', ...said(approvals), outstanding: requested } as const;
    return { state: requested.length > 0 ? 'review_outstanding' : 'approved', nextStep };
  }
  if (about.first_review_at !== null) return waiting({ of: requested, again: 'no_verdict' });
  const since = about.ready_at ?? about.created_at;
  return waiting({ of: requested, again: null, since, median: medians.pickup });
}

type ReviewStep = Extract<NextStep, { kind: 'review' }>;

/** Since when another review is waited for is not known. */
function waiting(step: Pick<ReviewStep, 'of' | 'again'> & Partial<ReviewStep>): OpenPull {
  return { state: 'waiting_for_review', nextStep: { kind: 'review', since: null, median: null, ...step } };
}

function said(reviews: readonly ReviewRow[]): { by: string[]; since: Date | null } {
  const times = reviews.flatMap(({ submitted_at }) => submitted_at ?? []);
  const latest = times.toSorted((a, b) => b.getTime() - a.getTime())[0];
  return { by: loginsOf(reviews), since: latest ?? null };
}

function loginsOf(reviews: readonly ReviewRow[]): string[] {
  return reviews.flatMap(({ login }) => login ?? []).toSorted();
}
