import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { commentFact, reviewComment } from './payload-comment.ts';
import { pullRequest, pullRequestFacts } from './payload-pull-request.ts';
import { mentionFacts, repositoryEvent } from './repository-event.ts';

const payload = z.object({
  ...repositoryEvent.shape,
  thread: z.object({ comments: z.array(reviewComment) }),
  pull_request: pullRequest,
});

/** A thread was resolved or not; what is kept of it are its comments. */
export function mapPullRequestReviewThread(event: WebhookEvent): Facts {
  const parsed = parsePayload(payload, event);
  const { repository, thread, pull_request: pull } = parsed;
  const comments = thread.comments.map((comment) =>
    commentFact(comment, {
      repository_id: repository.id,
      kind: 'review',
      number: pull.number,
      commit_sha: comment.original_commit_id,
      review_id: comment.pull_request_review_id,
    }),
  );
  const people = [...thread.comments.map(({ user }) => user), pull.user];
  return mergeFacts(mentionFacts(event, parsed, people), pullRequestFacts(repository.id, pull), { comments });
}
