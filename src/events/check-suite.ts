import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { WebhookEvent } from './event.ts';
import { parsePayload } from './parse-payload.ts';
import { id } from './payload-values.ts';
import { mentionFacts, repositoryEvent } from './repository-event.ts';

const payload = z.object({
  ...repositoryEvent.shape,
  check_suite: z.object({ app: z.object({ id }).nullish() }),
});

/** A suite has nothing to keep: of our own, the people are, and reactions answer it. */
export function mapCheckSuite(event: WebhookEvent): Facts {
  const parsed = parsePayload(payload, event);
  const own = event.appId !== null && parsed.check_suite.app?.id === event.appId;
  return own ? mentionFacts(event, parsed) : {};
}
