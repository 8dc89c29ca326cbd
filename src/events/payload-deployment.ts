import { z } from 'zod';
import type { DeploymentFact } from '../facts/deployments.ts';
import { author } from './payload-user.ts';
import { id, sha, text, timestamp } from './payload-values.ts';

export const deployment = z.object({
  id,
  sha,
  ref: text(),
  task: text().nullish(),
  environment: text(),
  production_environment: z.boolean().nullish(),
  transient_environment: z.boolean().nullish(),
  creator: author,
  created_at: timestamp,
  updated_at: timestamp,
});
type PayloadDeployment = z.output<typeof deployment>;

export function deploymentFact(repository_id: number, deployment: PayloadDeployment): DeploymentFact {
  return {
    repository_id,
    deployment_id: deployment.id,
    observed: {
      at: deployment.updated_at,
      sha: deployment.sha,
      ref: deployment.ref,
      task: deployment.task ?? null,
      environment: deployment.environment,
      production_environment: deployment.production_environment ?? null,
      transient_environment: deployment.transient_environment ?? null,
      creator_id: deployment.creator?.id ?? null,
      created_at: deployment.created_at,
      reported_id: null,
    },
  };
}
