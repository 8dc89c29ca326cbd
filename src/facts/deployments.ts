import type { FactOf, FactTable } from './fact-table.ts';

export const deployments = {
  name: 'deployments',
  key: { repository_id: 'bigint', deployment_id: 'bigint' },
  groups: {
    observed: {
      sha: 'text',
      ref: 'text',
      task: 'text?',
      environment: 'text',
      production_environment: 'boolean?',
      transient_environment: 'boolean?',
      creator_id: 'bigint?',
      created_at: 'timestamptz',
      reported_id: 'text?',
    },
  },
} as const satisfies FactTable;
export type DeploymentFact = FactOf<typeof deployments>;
