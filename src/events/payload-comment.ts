import { z } from 'zod';
import type { CommentFact } from '../facts/comments.ts';
import { author } from './payload-user.ts';
import { id, sha, timestamp } from './payload-values.ts';

export const comment = z.object({ id, user: author, created_at: timestamp, updated_at: timestamp });
type PayloadComment = z.output<typeof comment>;

/** A comment on a line of a pull request's diff. */
export const reviewComment = comment.extend({
  pull_request_review_id: id.nullish(),
  original_commit_id: sha.nullish(),
});

/** What the comment is on, and when it was deleted, if it was. */
export interface CommentPlace {
  readonly repository_id: number;
  readonly kind: 'issue' | 'review' | 'commit';
  readonly number?: number;
  readonly commit_sha?: string | null | undefined;
  readonly review_id?: number | null | undefined;
  readonly deleted_at?: string | undefined;
}

export function commentFact(comment: PayloadComment, place: CommentPlace): CommentFact {
  const { repository_id, kind, deleted_at } = place;
  return {
    repository_id,
    kind,
    comment_id: comment.id,
    observed: {
      at: comment.updated_at,
      number: place.number ?? null,
      commit_sha: place.commit_sha ?? null,
      review_id: place.review_id ?? null,
      author_id: comment.user?.id ?? null,
      created_at: comment.created_at,
    },
    ...(deleted_at !== undefined && { deleted_at }),
  };
}

/** When a thing was deleted, by the event that tells so: no payload has that time. */
export function deletionTime(action: string | undefined, receivedAt: string): string | undefined {
  return action === 'deleted' ? receivedAt : undefined;
}
