import { z } from 'zod';
import type { DeploymentStatusFact } from '../facts/deployment-statuses.ts';
import type { Facts } from '../facts/facts.ts';
import type { WebhookEvent } from './event.ts';
import { mergeFacts } from './merge-facts.ts';
import { parsePayload } from './parse-payload.ts';
import { deployment, deploymentFact } from './payload-deployment.ts';
import { author } from './payload-user.ts';
import { id, text, timestamp } from './payload-values.ts';
import { mentionFacts, repositoryEvent } from './repository-event.ts';

export const deploymentStatus = z.object({
  id,
  state: text(),
  environment: text().nullish(),
  creator: author,
  created_at: timestamp,
  updated_at: timestamp.nullish(),
});
const payload = z.object({ ...repositoryEvent.shape, deployment, deployment_status: deploymentStatus });

export function deploymentStatusFact(
  place: { readonly repository_id: number; readonly deployment_id: number },
  status: z.output<typeof deploymentStatus>,
): DeploymentStatusFact {
  return {
    ...place,
    deployment_status_id: status.id,
    observed: {
      at: status.updated_at ?? status.created_at,
      state: status.state.toLowerCase(),
      environment: status.environment ?? null,
      creator_id: status.creator?.id ?? null,
      created_at: status.created_at,
    },
  };
}

export function mapDeploymentStatus(event: WebhookEvent): Facts {
  const parsed = parsePayload(payload, event);
  const { repository, deployment, deployment_status: status } = parsed;
  const place = { repository_id: repository.id, deployment_id: deployment.id };
  return mergeFacts(mentionFacts(event, parsed, [status.creator, deployment.creator]), {
    deployments: [deploymentFact(repository.id, deployment)],
    deployment_statuses: [deploymentStatusFact(place, status)],
  });
}
