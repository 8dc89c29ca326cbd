import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';

/** An account without an installation. */
export interface Uninstalled {
  /** Those that it had. */
  readonly installationIds: readonly number[];
  /** Null when nothing is known of any: a purge took them, or the account's data came from elsewhere. */
  readonly uninstalledAt: Date | null;
}

/**
 * Undefined while an installation is there. Inside `enterTenant`; after `lockFacts` the answer stays true to the end of
 * the transaction, since an installation is a fact.
 */
export async function findUninstalled(trx: Trx, tenantId: number): Promise<Uninstalled | undefined> {
  const { rows } = await sql<Uninstalled>`
    select coalesce(json_agg(installation_id order by installation_id), '[]') as "installationIds",
      max(deleted_at) as "uninstalledAt"
    from installations where tenant_id = ${tenantId}
    having count(*) = count(deleted_at)`.execute(trx);
  return rows[0];
}
