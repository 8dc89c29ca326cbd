import type { FactOf, FactTable } from './fact-table.ts';

export const deploymentStatuses = {
  name: 'deployment_statuses',
  key: { repository_id: 'bigint', deployment_id: 'bigint', deployment_status_id: 'bigint' },
  groups: {
    observed: { state: 'text', environment: 'text?', creator_id: 'bigint?', created_at: 'timestamptz' },
  },
} as const satisfies FactTable;
export type DeploymentStatusFact = FactOf<typeof deploymentStatuses>;
