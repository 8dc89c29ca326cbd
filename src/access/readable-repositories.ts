import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';

/**
 * The repositories that a person may read on GitHub: the public ones, and those to which they have access. Access that
 * is not wholly known counts where a grant is known: there can only be more of it. GitHub's owners read everything.
 * @returns undefined when nothing is hidden from them
 */
export async function findReadable(trx: Trx, tenantId: number, userId: number): Promise<readonly number[] | undefined> {
  const { rows } = await sql<{ readable: number[]; reads_all: boolean }>`
    with judged as (
      select r.repository_id, r.private is false
        or a.level not in ('none', 'unknown') or (a.level = 'unknown' and a.computed_level <> 'none') as is_readable
      from repositories r
      left join repository_access a on a.tenant_id = ${tenantId} and a.user_id = ${userId}
        and a.repository_id = r.repository_id and a.valid_to is null
      where r.tenant_id = ${tenantId}
    )
    select coalesce(json_agg(repository_id) filter (where is_readable), '[]') as readable,
      coalesce(bool_and(coalesce(is_readable, false)), true) or ${tenantId}::bigint = ${userId}::bigint or exists (
        select from organization_members
        where tenant_id = ${tenantId} and user_id = ${userId} and role = 'owner' and removed_at is null) as reads_all
    from judged`.execute(trx);
  const [row] = rows;
  return row?.reads_all === true ? undefined : (row?.readable ?? []);
}
