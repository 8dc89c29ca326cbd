import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';

export interface KnownRepository {
  readonly repository_id: number;
  readonly full_name: string;
  readonly position: [string, number];
}

export interface RepositoryPage {
  readonly limit: number;
  readonly after: [string, number] | undefined;
}

/** Repositories `r` by name; one more than `limit`, if there are more. */
export async function listRepositoryPage(
  trx: Trx,
  tenantId: number,
  { limit, after, where }: RepositoryPage & { readonly where: RawBuilder<unknown> },
): Promise<KnownRepository[]> {
  const { rows } = await sql<KnownRepository>`
    select r.repository_id, r.full_name, json_build_array(lower(r.full_name), r.repository_id) as position
    from repositories r
    where r.tenant_id = ${tenantId} and r.full_name is not null and r.deleted_at is null and ${where}
      and ${after ? sql`(lower(r.full_name), r.repository_id) > (${after[0]}::text, ${after[1]}::bigint)` : sql`true`}
    order by lower(r.full_name), r.repository_id limit ${limit + 1}`.execute(trx);
  return rows;
}
