import { z } from 'zod';
import type { Facts } from '../facts/facts.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { deployment, deploymentFact } from './payload-deployment.ts';
import { mentionFacts, repositoryEvent } from './repository-event.ts';

const payload = z.object({ ...repositoryEvent.shape, deployment });

export function mapDeployment(event: WebhookEvent): Facts {
  const parsed = parsePayload(payload, event);
  const { repository, deployment } = parsed;
  return mergeFacts(mentionFacts(event, parsed, [deployment.creator]), {
    deployments: [deploymentFact(repository.id, deployment)],
  });
}
