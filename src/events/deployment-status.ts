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

const deploymentStatus = z.object({
  id,
  state: text(),
  environment: text().nullish(),
  creator: author,
  created_at: timestamp,
  updated_at: timestamp.nullish(),
});
const payload = z.object({ ...repositoryEvent.shape, deployment, deployment_status: deploymentStatus });

export function mapDeploymentStatus(event: WebhookEvent): Facts {
  const parsed = parsePayload(payload, event);
  const { repository, deployment, deployment_status: status } = parsed;
  const fact: DeploymentStatusFact = {
    repository_id: repository.id,
    deployment_id: deployment.id,
    deployment_status_id: status.id,
    observed: {
      at: status.updated_at ?? status.created_at,
      state: status.state.toLowerCase(),
      environment: status.environment ?? null,
      creator_id: status.creator?.id ?? null,
      created_at: status.created_at,
    },
  };
  return mergeFacts(mentionFacts(event, parsed, [status.creator, deployment.creator]), {
    deployments: [deploymentFact(repository.id, deployment)],
    deployment_statuses: [fact],
  });
}
