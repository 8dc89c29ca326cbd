import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import { author } from './payload-user.ts';
import { id, sha, text, timestamp } from './payload-values.ts';

export const review = z.object({
  id,
  user: author,
  state: text(),
  commit_id: sha.nullish(),
  submitted_at: timestamp.nullish(),
});
type PayloadReview = z.output<typeof review>;
type ReviewFact = NonNullable<Facts['reviews']>[number];

export function reviewFact(
  repository_id: number,
  review: PayloadReview,
  pull: { readonly number: number; readonly updated_at: string },
): ReviewFact {
  const state = review.state.toLowerCase();
  return {
    repository_id,
    review_id: review.id,
    observed: {
      // A dismissal keeps the time of submission, and comes after it.
      at: review.submitted_at ?? pull.updated_at,
      rank: state === 'dismissed' ? 2 : 1,
      number: pull.number,
      author_id: review.user?.id ?? null,
      state,
      commit_sha: review.commit_id ?? null,
      submitted_at: review.submitted_at ?? null,
    },
  };
}
