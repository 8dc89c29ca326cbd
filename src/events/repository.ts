import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { repositoryFact } from './payload-repository.ts';
import { contributorFacts } from './payload-user.ts';
import { repositoryEvent } from './repository-event.ts';

const payload = z.object(repositoryEvent.shape);

/** `repository` and `public`. A transferred repository comes to its new owner's tenant: only that one is told. */
export function mapRepository(event: WebhookEvent): Facts {
  const { action, repository, sender } = parsePayload(payload, event);
  const deleted = action === 'deleted' && { deleted_at: event.receivedAt };
  return mergeFacts(contributorFacts(event, [sender]), {
    repositories: [{ ...repositoryFact(repository, 1), ...deleted }],
  });
}
