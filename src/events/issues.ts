import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { issue, issueFact } from './payload-issue.ts';
import { mentionFacts, repositoryEvent } from './repository-event.ts';

const payload = z.object({ ...repositoryEvent.shape, issue });

/** An issue that was transferred is gone from this repository; the new one tells of it by itself. */
export function mapIssues(event: WebhookEvent): Facts {
  const parsed = parsePayload(payload, event);
  const { action, repository, issue } = parsed;
  const mentions = mentionFacts(event, parsed, [issue.user]);
  if (issue.pull_request) return mentions;
  const gone = action === 'deleted' || action === 'transferred';
  const deleted_at = gone ? event.receivedAt : undefined;
  return mergeFacts(mentions, { issues: [issueFact(repository.id, issue, { action, deleted_at })] });
}
