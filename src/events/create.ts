import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { createdRefFacts } from './payload-ref.ts';
import { name } from './payload-values.ts';
import { mentionFacts, repositoryEvent } from './repository-event.ts';

const payload = z.object({ ...repositoryEvent.shape, ref: name, ref_type: z.enum(['branch', 'tag']) });

/** A branch or a tag was made; the push that is sent beside this says at which commit. */
export function mapCreate(event: WebhookEvent): Facts {
  const created = parsePayload(payload, event);
  const { repository, ref, ref_type } = created;
  return mergeFacts(
    mentionFacts(event, created),
    createdRefFacts({ repository_id: repository.id, type: ref_type, name: ref }),
  );
}
