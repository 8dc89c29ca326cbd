import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { commentFact, deletionTime, reviewComment } from './payload-comment.ts';
import { pullRequest, pullRequestFacts } from './payload-pull-request.ts';
import { mentionFacts, repositoryEvent } from './repository-event.ts';

const payload = z.object({ ...repositoryEvent.shape, comment: reviewComment, pull_request: pullRequest });

/** A comment on the diff was created, edited or deleted. */
export function mapPullRequestReviewComment(event: WebhookEvent): Facts {
  const parsed = parsePayload(payload, event);
  const { action, repository, comment, pull_request: pull } = parsed;
  const fact = commentFact(comment, {
    repository_id: repository.id,
    kind: 'review',
    number: pull.number,
    commit_sha: comment.original_commit_id,
    review_id: comment.pull_request_review_id,
    deleted_at: deletionTime(action, event.receivedAt),
  });
  return mergeFacts(mentionFacts(event, parsed, [comment.user, pull.user]), pullRequestFacts(repository.id, pull), {
    comments: [fact],
  });
}
