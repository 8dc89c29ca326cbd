import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { comment, commentFact, deletionTime } from './payload-comment.ts';
import { issue, issueFact } from './payload-issue.ts';
import { mentionFacts, repositoryEvent } from './repository-event.ts';

const payload = z.object({ ...repositoryEvent.shape, issue, comment });

/** A comment on an issue or on a pull request was created, edited or deleted. */
export function mapIssueComment(event: WebhookEvent): Facts {
  const parsed = parsePayload(payload, event);
  const { action, repository, issue, comment } = parsed;
  const fact = commentFact(comment, {
    repository_id: repository.id,
    kind: 'issue',
    number: issue.number,
    deleted_at: deletionTime(action, event.receivedAt),
  });
  return mergeFacts(
    mentionFacts(event, parsed, [comment.user, issue.user]),
    issue.pull_request ? {} : { issues: [issueFact(repository.id, issue)] },
    { comments: [fact] },
  );
}
