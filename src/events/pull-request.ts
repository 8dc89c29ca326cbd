import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { type PayloadPullRequest, pullRequest, pullRequestFacts } from './payload-pull-request.ts';
import { changedReadiness, openedReadiness } from './payload-readiness.ts';
import { mentionFacts, repositoryEvent } from './repository-event.ts';

const payload = z.object({
  ...repositoryEvent.shape,
  action: z.string(),
  pull_request: pullRequest,
});

/** Every action carries the whole pull request; some say besides since when it is ready for review. */
export function mapPullRequest(event: WebhookEvent): Facts {
  const parsed = parsePayload(payload, event);
  const { action, repository, pull_request: pull } = parsed;
  return mergeFacts(
    mentionFacts(event, parsed, [pull.user, pull.merged_by]),
    pullRequestFacts(repository.id, pull, action),
    readinessFacts(action, repository.id, pull),
  );
}

function readinessFacts(action: string, repository_id: number, pull: PayloadPullRequest): Facts {
  const readied = readinessOf(action, pull);
  return readied ? { pull_requests: [{ repository_id, number: pull.number, readied }] } : {};
}

function readinessOf(action: string, { draft, created_at, updated_at }: PayloadPullRequest) {
  switch (action) {
    case 'opened':
      return draft === undefined ? undefined : openedReadiness({ draft, created_at });
    case 'ready_for_review':
    case 'converted_to_draft':
      return changedReadiness(action, updated_at);
    default:
      return undefined;
  }
}
