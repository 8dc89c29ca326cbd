import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { pullRequest, pullRequestFacts } from './payload-pull-request.ts';
import { user } from './payload-user.ts';
import { id, sha, text, timestamp } from './payload-values.ts';
import { mentionFacts, repositoryEvent } from './repository-event.ts';

const review = z.object({
  id,
  user: user.nullish(),
  state: text(),
  commit_id: sha.nullish(),
  submitted_at: timestamp.nullish(),
});
const payload = z.object({ ...repositoryEvent.shape, review, pull_request: pullRequest });

/** A review was submitted, edited or dismissed. */
export function mapPullRequestReview(event: WebhookEvent): Facts {
  const parsed = parsePayload(payload, event);
  const { repository, review, pull_request: pull } = parsed;
  const state = review.state.toLowerCase();
  const fact = {
    repository_id: repository.id,
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
  return mergeFacts(mentionFacts(event, parsed, [review.user, pull.user]), pullRequestFacts(repository.id, pull), {
    reviews: [fact],
  });
}
