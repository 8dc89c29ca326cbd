import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { WebhookEvent } from './event.ts';
import { parsePayload } from './parse-payload.ts';
import { sha } from './payload-values.ts';
import { mentionFacts, repositoryEvent } from './repository-event.ts';

const payload = z.object({ ...repositoryEvent.shape, merge_group: z.object({ head_sha: sha, base_sha: sha }) });

/** The queue's temporary commits are not kept; reactions give them their check run. */
export function mapMergeGroup(event: WebhookEvent): Facts {
  return mentionFacts(event, parsePayload(payload, event));
}
