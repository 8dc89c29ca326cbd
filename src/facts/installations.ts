import type { FactOf, FactTable } from './fact-table.ts';

export const installations = {
  name: 'installations',
  key: { installation_id: 'bigint' },
  groups: {
    observed: {
      app_id: 'bigint?',
      repository_selection: 'text?',
      permissions: 'jsonb?',
      events: 'text[]?',
      created_at: 'timestamptz?',
      suspended_at: 'timestamptz?',
    },
  },
  once: { deleted_at: 'timestamptz' },
} as const satisfies FactTable;
export type InstallationFact = FactOf<typeof installations>;
