import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { pullRequest, pullRequestFacts } from './payload-pull-request.ts';
import { review, reviewFact } from './payload-review.ts';
import { mentionFacts, repositoryEvent } from './repository-event.ts';

const payload = z.object({ ...repositoryEvent.shape, review, pull_request: pullRequest });

/** A review was submitted, edited or dismissed. */
export function mapPullRequestReview(event: WebhookEvent): Facts {
  const parsed = parsePayload(payload, event);
  const { repository, review, pull_request: pull } = parsed;
  return mergeFacts(mentionFacts(event, parsed, [review.user, pull.user]), pullRequestFacts(repository.id, pull), {
    reviews: [reviewFact(repository.id, review, pull)],
  });
}
