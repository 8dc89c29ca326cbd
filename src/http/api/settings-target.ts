import type { Trx } from '../../../db/tenant.ts';
import { getRepositoryScope, type Org } from './org-scope.ts';
import { repositoryFilter } from './parameters.ts';

/** Where settings are: an organization, or one of its repositories. */
export interface SettingsTarget {
  readonly place: { readonly tenantId: number; readonly repositoryId: number };
  /** Null: of the organization. */
  readonly repository: string | null;
}

export const settingsRepository = repositoryFilter.openapi({
  description: 'Of this repository: its name within the organization, or its id. Of the organization unless given.',
});

export async function findSettingsTarget(trx: Trx, org: Org, name: string | undefined): Promise<SettingsTarget> {
  if (name === undefined) return { place: { tenantId: org.tenant_id, repositoryId: 0 }, repository: null };
  const { repository_id: repositoryId, full_name } = await getRepositoryScope(trx, org, name);
  return { place: { tenantId: org.tenant_id, repositoryId }, repository: full_name };
}

export function settingsEtag({ place, version }: SettingsTarget & { readonly version: number }): string {
  return `"${place.repositoryId}-${version}"`;
}
