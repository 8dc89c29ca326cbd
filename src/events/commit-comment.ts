import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { comment, commentFact, deletionTime } from './payload-comment.ts';
import { sha } from './payload-values.ts';
import { mentionFacts, repositoryEvent } from './repository-event.ts';

const payload = z.object({ ...repositoryEvent.shape, comment: comment.extend({ commit_id: sha }) });

export function mapCommitComment(event: WebhookEvent): Facts {
  const parsed = parsePayload(payload, event);
  const { action, repository, comment } = parsed;
  const fact = commentFact(comment, {
    repository_id: repository.id,
    kind: 'commit',
    commit_sha: comment.commit_id,
    deleted_at: deletionTime(action, event.receivedAt),
  });
  return mergeFacts(mentionFacts(event, parsed, [comment.user]), { comments: [fact] });
}
