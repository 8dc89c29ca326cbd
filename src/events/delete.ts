import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { deletedRefFacts } from './payload-ref.ts';
import { name } from './payload-values.ts';
import { mentionFacts, repositoryEvent } from './repository-event.ts';

const payload = z.object({ ...repositoryEvent.shape, ref: name, ref_type: z.enum(['branch', 'tag']) });

/** A branch or a tag was deleted. */
export function mapDelete(event: WebhookEvent): Facts {
  const deleted = parsePayload(payload, event);
  const { repository, ref, ref_type } = deleted;
  return mergeFacts(
    mentionFacts(event, deleted),
    deletedRefFacts(
      { repository_id: repository.id, type: ref_type, name: ref },
      repository.pushed_at ?? event.receivedAt,
    ),
  );
}
