import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import type { Trx } from '../../db/tenant.ts';
import { type Flag, type Flags, flags, flagsOf, type Role } from './roles.ts';

/** What a person is in an organization. */
export interface Membership {
  readonly role: Role;
  /** Manual: set by hand, or invited. */
  readonly source: 'github' | 'manual';
  readonly flags: Flags;
}

export interface Member extends Membership {
  readonly user_id: number;
  readonly login: string | null;
  readonly name: string | null;
  readonly joined_at: Date;
  readonly invited_by: string | null;
  readonly position: readonly [string, number];
}

/** What is set for a member; null is as the role has it. */
export type OwnFlags = { readonly [F in Flag]: boolean | null };

export const flagColumns: RawBuilder<unknown> = sql.join(flags.map((flag) => sql.ref(flag)));

type Row<T extends Membership> = Omit<T, 'flags'> & OwnFlags;

export async function findMembership(trx: Trx, tenantId: number, userId: number): Promise<Membership | undefined> {
  const { rows } = await sql<Row<Membership>>`
    select role, source, ${flagColumns} from members
    where tenant_id = ${tenantId} and user_id = ${userId} and removed_at is null`.execute(trx);
  return rows.map(withFlags)[0];
}

interface MembersPage {
  readonly limit: number;
  readonly after: readonly [string, number] | undefined;
}

/** By login; those whose login nobody has told are first. */
export function listMembers(trx: Trx, tenantId: number, { limit, after }: MembersPage): Promise<Member[]> {
  return selectMembers(trx, tenantId, {
    where: after ? sql`(lower(coalesce(c.login, '')), m.user_id) > (${after[0]}, ${after[1]}::bigint)` : sql`true`,
    limit,
  });
}

/** @param member a login, or the user's id on GitHub */
export async function findMember(
  trx: Trx,
  tenantId: number,
  member: { readonly login: string; readonly userId: number | null },
): Promise<Member | undefined> {
  const where = sql`(m.user_id = ${member.userId}::bigint or lower(c.login) = lower(${member.login}))`;
  const found = await selectMembers(trx, tenantId, { where, limit: 2 });
  return found.find(({ user_id }) => user_id === member.userId) ?? found[0];
}

async function selectMembers(
  trx: Trx,
  tenantId: number,
  { where, limit }: { where: RawBuilder<unknown>; limit: number },
): Promise<Member[]> {
  const { rows } = await sql<Row<Member>>`
    select m.user_id, c.login, c.name, m.role, m.source, m.joined_at, m.invited_by, ${flagColumns},
      json_build_array(lower(coalesce(c.login, '')), m.user_id) as position
    from members m left join contributors c on c.tenant_id = ${tenantId} and c.contributor_id = m.user_id
    where m.tenant_id = ${tenantId} and m.removed_at is null and ${where}
    order by lower(coalesce(c.login, '')), m.user_id limit ${limit}`.execute(trx);
  return rows.map(withFlags);
}

function withFlags<T extends Membership>(row: Row<T>): Row<T> & Membership {
  return Object.assign(row, { flags: flagsOf(row.role, row) });
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
