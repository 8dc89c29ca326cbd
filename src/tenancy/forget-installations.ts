import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { applyFacts } from '../facts/apply.ts';

/**
 * Takes an account for one that has uninstalled the App, whatever GitHub says: a replayed clone has an installation that
 * GitHub does not know, and that nobody could uninstall there.
 */
export async function forgetInstallations(db: Database, tenantId: number): Promise<void> {
  await withTenant(db, tenantId, async (trx) => {
    const { rows } = await sql<{ installation_id: number }>`
      select installation_id from installations where tenant_id = ${tenantId} and deleted_at is null`.execute(trx);
    const deleted_at = new Date().toISOString();
    const installations = rows.map(({ installation_id }) => ({ installation_id, deleted_at }));
    if (installations.length > 0) await applyFacts(trx, tenantId, [{ installations }]);
  });
}
