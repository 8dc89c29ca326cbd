import type { CheckedPull, FailedBefore } from './check-facts.ts';
import type { EvaluatedReview } from './files/evaluate-review.ts';

/** What a reviewer may want to know before they start. */
export type HeadsUp =
  | { readonly kind: 'fork' }
  | { readonly kind: 'first_contribution'; readonly login: string | null }
  | { readonly kind: 'failed_before'; readonly path: string; readonly before: readonly FailedBefore[] }
  | { readonly kind: 'no_code_owner'; readonly paths: readonly string[] };

/** Files that failed before, each with what it failed in. */
const MOST_PATHS = 5;

export function listHeadsUp({ about, firstContribution }: CheckedPull, review: EvaluatedReview | null): HeadsUp[] {
  const before = Map.groupBy(review?.failedBefore ?? [], ({ path }) => path);
  const unowned = review?.ownership?.unowned ?? [];
  return [
    ...(about.fork === true ? [{ kind: 'fork' } as const] : []),
    ...(firstContribution === true ? [{ kind: 'first_contribution', login: about.author } as const] : []),
    ...[...before].slice(0, MOST_PATHS).map(([path, each]) => ({ kind: 'failed_before', path, before: each }) as const),
    ...(unowned.length > 0 ? [{ kind: 'no_code_owner', paths: unowned } as const] : []),
  ];
}
