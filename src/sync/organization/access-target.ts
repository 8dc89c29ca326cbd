import { sql } from 'kysely';
import type { Database } from '../../../db/connection.ts';
import { withTenant } from '../../../db/tenant.ts';
import type { GitHub, InstallationClient, Priority } from '../../github/github.ts';
import { findInstallationId } from '../next-page.ts';

export interface AccessDeps {
  readonly db: Database;
  readonly github: Pick<GitHub, 'installation'>;
}

/** An organization, or a person's account, and how GitHub shows it. */
export interface AccessTarget {
  readonly tenantId: number;
  readonly login: string;
  readonly isOrganization: boolean;
  readonly github: InstallationClient;
  /** When GitHub was asked: what is listed was so then. */
  readonly at: string;
}

/** @returns null when the app is suspended there, or not installed */
export async function findAccessTarget(
  { db, github }: AccessDeps,
  { tenantId, priority }: { tenantId: number; priority: Priority },
): Promise<AccessTarget | null> {
  return withTenant(db, tenantId, async (trx) => {
    const installationId = await findInstallationId(trx, tenantId);
    const { rows } = await sql<{ login: string; type: string }>`
      select login, type from tenants where tenant_id = ${tenantId}`.execute(trx);
    const [tenant] = rows;
    if (installationId === null || !tenant) return null;
    return {
      tenantId,
      login: tenant.login,
      isOrganization: tenant.type === 'Organization',
      github: github.installation({ tenantId, installationId }, { priority }),
      at: new Date().toISOString(),
    };
  });
}
