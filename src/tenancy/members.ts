import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import type { Trx } from '../../db/tenant.ts';
import { type Flags, flagsOf, type Role } from './roles.ts';

/** What a person is in an organization. */
export interface Membership {
  readonly role: Role;
  readonly source: 'github' | 'manual';
  readonly flags: Flags;
}

type MemberRow = Pick<Membership, 'role' | 'source'> & { readonly [F in keyof Flags]: boolean | null };

export async function findMembership(trx: Trx, tenantId: number, userId: number): Promise<Membership | undefined> {
  const { rows } = await sql<MemberRow>`
    select role, source, can_manage_members, can_manage_repositories, can_view_analytics, can_export_data
    from members where tenant_id = ${tenantId} and user_id = ${userId} and removed_at is null`.execute(trx);
  const [row] = rows;
  return row && { role: row.role, source: row.source, flags: flagsOf(row.role, row) };
}

type Belonging = { readonly tenant_id: number } & Pick<Membership, 'source'>;

/** The accounts that a person is a member of. @param db in the role of the instance, which may name one person */
export function listTenantsOf(db: Database, userId: number): Promise<readonly Belonging[]> {
  if (!Number.isSafeInteger(userId)) throw new TypeError(`not a user id: ${userId}`);
  return db.transaction().execute(async (trx) => {
    await sql.raw(`set local app.user_id = '${userId}'`).execute(trx);
    const { rows } = await sql<Belonging>`
      select tenant_id, source from members where user_id = ${userId} and removed_at is null`.execute(trx);
    return rows;
  });
}
