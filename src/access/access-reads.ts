import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';

type AccessReadScope = 'members' | 'teams' | 'base_permission' | 'custom_roles' | 'collaborators';

export interface AccessRead {
  readonly scope: AccessReadScope;
  /** Of the scope `collaborators`. */
  readonly repositoryId?: number;
  /** ISO 8601. */
  readonly at: string;
  /** Why it could not be read; null when it was. */
  readonly reason: string | null;
}

/** Notes what was read, or could not be: an absent row of access means none only where it was. */
export async function recordAccessReads(trx: Trx, tenantId: number, reads: readonly AccessRead[]): Promise<void> {
  await sql`
    insert into access_reads as a (tenant_id, scope, repository_id, read_at, reason)
    select ${tenantId}::bigint, x.* from unnest(
      ${reads.map(({ scope }) => scope)}::text[],
      ${reads.map(({ repositoryId }) => repositoryId ?? 0)}::bigint[],
      ${reads.map(({ at }) => at)}::timestamptz[],
      ${reads.map(({ reason }) => reason)}::text[]) as x
    on conflict (tenant_id, scope, repository_id) do update set read_at = excluded.read_at, reason = excluded.reason
    where excluded.read_at >= a.read_at`.execute(trx);
}
