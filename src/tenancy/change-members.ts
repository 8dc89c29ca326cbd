import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { updateMembers } from '../access/update-members.ts';
import { ConflictError, ForbiddenError } from '../errors.ts';
import { type Actor, recordAudit } from './audit-log.ts';
import { findMember, type Member, type OwnFlags } from './members.ts';
import { type Flags, flags, isAtLeast, type Role } from './roles.ts';

/** What is given is set; a flag's null is as the role has it, a role's null as GitHub has it. */
export type MemberPatch = { readonly role?: Role | null | undefined } & {
  readonly [F in keyof OwnFlags]?: OwnFlags[F] | undefined;
};

/** Whoever changes members gives no more than they have. */
export interface Giver {
  readonly role: Role;
  readonly flags: Flags;
}

interface Change {
  readonly giver: Giver;
  readonly actor: Actor;
}

/** @throws ForbiddenError, ConflictError */
export async function changeMember(
  trx: Trx,
  tenantId: number,
  { member, patch, giver, actor }: Change & { member: Member; patch: MemberPatch },
): Promise<Member | undefined> {
  checkGift(giver, patch);
  checkReach(giver, member);
  const { role } = patch;
  if ((role !== undefined && role !== 'owner') || patch.can_manage_members === false) {
    await keepAnOwner(trx, tenantId, member);
  }
  const set = flags.filter((flag) => patch[flag] !== undefined).map((flag) => sql`${sql.ref(flag)} = ${patch[flag]}`);
  if (role) set.push(sql`role = ${role}, source = 'manual'`);
  if (set.length > 0) {
    await sql`
      update members set ${sql.join(set)} where tenant_id = ${tenantId} and user_id = ${member.user_id}`.execute(trx);
  }
  if (role === null) await giveBack(trx, tenantId, member);
  const after = await findMember(trx, tenantId, { login: '', userId: member.user_id });
  const entry = { tenantId, actor, action: 'member.change', target: targetOf(member) };
  await recordAudit(trx, { ...entry, before: auditOf(member), after: after ? auditOf(after) : null });
  return after;
}

/** Removed by hand, a member does not come back because GitHub lists them. @throws ForbiddenError, ConflictError */
export async function removeMember(
  trx: Trx,
  tenantId: number,
  { member, giver, actor }: Change & { member: Member },
): Promise<void> {
  checkReach(giver, member);
  await keepAnOwner(trx, tenantId, member);
  await sql`
    update members set removed_at = now(), source = 'manual'
    where tenant_id = ${tenantId} and user_id = ${member.user_id}`.execute(trx);
  const entry = { tenantId, actor, action: 'member.remove', target: targetOf(member) };
  await recordAudit(trx, { ...entry, before: auditOf(member), after: null });
}

/** @throws ForbiddenError */
export function checkGift(giver: Giver, gift: MemberPatch): void {
  if (gift.role && !isAtLeast(giver.role, gift.role)) {
    throw new ForbiddenError(`You are ${giver.role}, and can not make anybody ${gift.role}.`);
  }
  const beyond = flags.filter((flag) => gift[flag] === true && !giver.flags[flag]);
  if (beyond.length > 0) throw new ForbiddenError(`You do not have ${beyond.join(', ')} to give.`);
}

function checkReach(giver: Giver, { role }: Member): void {
  if (isAtLeast(giver.role, role)) return;
  throw new ForbiddenError(`You are ${giver.role}, and can not change somebody who is ${role}.`);
}

/**
 * One who may manage the members: without, nobody in the organization could ever give it back. The locks make two owners
 * who remove each other at once wait for one another.
 */
async function keepAnOwner(trx: Trx, tenantId: number, { role, user_id }: Member): Promise<void> {
  if (role !== 'owner') return;
  const { rows } = await sql<{ user_id: number }>`
    select user_id from members
    where tenant_id = ${tenantId} and role = 'owner' and removed_at is null and can_manage_members is not false
    order by user_id for update`.execute(trx);
  if (rows.some((owner) => owner.user_id !== user_id)) return;
  throw new ConflictError('This is the last owner: make somebody else an owner first.');
}

async function giveBack(trx: Trx, tenantId: number, { user_id, invited_by }: Member): Promise<void> {
  if (invited_by !== null) throw new ConflictError('This member was invited, so GitHub has no role for them: set one.');
  await sql`
    update members set source = 'github' where tenant_id = ${tenantId} and user_id = ${user_id}`.execute(trx);
  await updateMembers(trx, tenantId, { people: [user_id] });
}

function targetOf({ login, user_id }: Member): string {
  return `member ${login ?? user_id}`;
}

function auditOf(member: Member): object {
  return { role: member.role, source: member.source, ...member.flags };
}
