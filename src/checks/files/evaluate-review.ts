import type { Quality } from '../../metrics/query/quality.ts';
import type { CheckedPull, FailedBefore, ReviewFacts } from '../check-facts.ts';
import { evaluateOwnership, type Ownership } from './ownership.ts';
import { estimateReview, type ReviewEffort, sortFiles } from './review-effort.ts';

/** What reading a pull request takes, and whose say it needs. */
export interface EvaluatedReview {
  readonly effort: ReviewEffort;
  /** Null: there are no code owners. */
  readonly ownership: Ownership | null;
  /** Of the files that are read. */
  readonly failedBefore: readonly FailedBefore[];
}

type KnownReview = ReviewFacts & { readonly [Part in 'files' | 'rules']: NonNullable<ReviewFacts[Part]> };

export function isReviewKnown(review: ReviewFacts | null): review is KnownReview {
  return review !== null && review.files !== null && review.rules !== null;
}

export const filesUnread: Quality = {
  code: 'files_unread',
  message:
    'The changed files could not be read. How much there is to review and who owns it is left out, and no policy about that is applied.',
  action: 'Press Refresh later.',
};

/** @returns null where the files, or the rules for them, are not known */
export function evaluateReview({ about, review }: CheckedPull): EvaluatedReview | null {
  if (!isReviewKnown(review)) return null;
  const { files, rules, approvers, failedBefore } = review;
  const sorted = sortFiles(files, rules);
  const read = new Set(sorted.read.map(({ path }) => path));
  const author = about.author === null ? null : `@${about.author}`;
  return {
    effort: estimateReview(sorted, files.complete),
    ownership: evaluateOwnership({ read: sorted.read, all: files.files }, rules, { approvers, author }),
    failedBefore: failedBefore.filter(({ path }) => read.has(path)),
  };
}
