import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';

/** What references in bodies may name the repository by; empty where it is not known yet. */
export async function findFullName(trx: Trx, { tenantId, repositoryId }: Place): Promise<string> {
  const { rows } = await sql<{ full_name: string | null }>`
    select full_name from repositories
    where tenant_id = ${tenantId} and repository_id = ${repositoryId}`.execute(trx);
  return rows[0]?.full_name ?? '';
}
