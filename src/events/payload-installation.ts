import { z } from 'zod';
import type { InstallationFact } from '../facts/installations.ts';
import { id, latestOf, text, timestamp } from './payload-values.ts';

export const installation = z.object({
  id,
  app_id: id.nullish(),
  repository_selection: z.enum(['all', 'selected']).nullish(),
  permissions: z.record(text(), text()).nullish(),
  events: z.array(text()).nullish(),
  created_at: timestamp.nullish(),
  updated_at: timestamp.nullish(),
  suspended_at: timestamp.nullish(),
});
export type PayloadInstallation = z.output<typeof installation>;

/** `updated_at` may stay as it was, so what usually comes later is taken as later. */
const rank: Readonly<Record<string, number>> = { new_permissions_accepted: 1, suspend: 2, unsuspend: 3 };

export function installationFact(
  installation: PayloadInstallation,
  { action, receivedAt }: { action: string; receivedAt: string },
): InstallationFact {
  return {
    installation_id: installation.id,
    observed: {
      at: latestOf([installation.updated_at, installation.suspended_at], receivedAt),
      rank: rank[action] ?? 0,
      app_id: installation.app_id ?? null,
      repository_selection: installation.repository_selection ?? null,
      permissions: installation.permissions ?? null,
      events: installation.events ?? null,
      created_at: installation.created_at ?? null,
      suspended_at: installation.suspended_at ?? null,
    },
    ...(action === 'deleted' && { deleted_at: receivedAt }),
  };
}
