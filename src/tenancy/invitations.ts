import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { type Trx, withTenant } from '../../db/tenant.ts';
import { applyFacts } from '../facts/apply.ts';
import { ForbiddenError } from '../errors.ts';
import { type Actor, recordAudit } from './audit-log.ts';
import { flagColumns, type OwnFlags } from './members.ts';
import { requireMemberPlace } from './plan-places.ts';
import { flags, type Role } from './roles.ts';
import { createTenantSecret, hashSecret, tenantOfSecret } from '../secret.ts';

/** Whom an invitation is for: nobody else can accept it. */
export interface Invitee {
  readonly kind: 'login' | 'email';
  readonly name: string;
}

export interface Invitation extends OwnFlags {
  readonly invitation_id: number;
  readonly invitee: string;
  readonly invitee_kind: Invitee['kind'];
  readonly role: Role;
  readonly invited_by: string;
  readonly created_at: Date;
  readonly expires_at: Date;
}

const columns = sql`invitation_id, invitee, invitee_kind, role, invited_by, created_at, expires_at, ${flagColumns}`;

interface NewInvitation {
  readonly invitee: Invitee;
  readonly role: Role;
  readonly ownFlags: OwnFlags;
  readonly expiresAt: Date;
  readonly actor: Actor;
}

/**
 * The secret of the link is stored nowhere. A login that is known stands for its account, whoever has it later.
 * @throws PlanLimitError
 */
export async function createInvitation(
  trx: Trx,
  tenantId: number,
  { invitee, role, ownFlags, expiresAt, actor }: NewInvitation,
): Promise<Invitation & { readonly secret: string }> {
  await requireMemberPlace(trx, tenantId);
  const secret = createTenantSecret('shi', tenantId);
  const set = sql.join(flags.map((flag) => sql`${ownFlags[flag]}::boolean`));
  const { rows } = await sql<Invitation>`
    insert into invitations
      (tenant_id, token_hash, invitee, invitee_kind, user_id, role, invited_by, expires_at, ${flagColumns})
    values (${tenantId}, ${hashSecret(secret)}, ${invitee.name}, ${invitee.kind},
      case when ${invitee.kind} = 'login' then (
        select contributor_id from contributors
        where tenant_id = ${tenantId} and contributor_id > 0 and lower(login) = lower(${invitee.name})
        order by observed_at desc limit 1) end,
      ${role}, ${actor.name}, ${expiresAt}, ${set})
    returning ${columns}`.execute(trx);
  const [row] = rows;
  if (!row) throw new Error('an insert returns its row');
  const target = `invitation of ${invitee.name}`;
  await recordAudit(trx, { tenantId, actor, action: 'member.invite', target, before: null, after: { role } });
  return { ...row, secret };
}

/** Those that can still be accepted, by id. */
export async function listInvitations(
  trx: Trx,
  tenantId: number,
  { limit, after = 0 }: { limit: number; after: number | undefined },
): Promise<Invitation[]> {
  const { rows } = await sql<Invitation>`
    select ${columns} from invitations
    where tenant_id = ${tenantId} and accepted_at is null and expires_at > now() and invitation_id > ${after}
    order by invitation_id limit ${limit}`.execute(trx);
  return rows;
}

/** @returns undefined when there is none that could be accepted */
export async function deleteInvitation(
  trx: Trx,
  tenantId: number,
  { invitationId, actor }: { invitationId: number; actor: Actor },
): Promise<Invitation | undefined> {
  const { rows } = await sql<Invitation>`
    delete from invitations
    where tenant_id = ${tenantId} and invitation_id = ${invitationId} and accepted_at is null
    returning ${columns}`.execute(trx);
  const [row] = rows;
  if (!row) return undefined;
  const target = `invitation of ${row.invitee}`;
  const entry = { tenantId, actor, action: 'member.uninvite', target };
  await recordAudit(trx, { ...entry, before: { role: row.role }, after: null });
  return row;
}

/** A person as GitHub says who they are. */
export interface Identity {
  readonly userId: number;
  readonly login: string;
  readonly name: string | null;
  /** Of which GitHub says that they are theirs. */
  readonly emails: readonly string[];
}

const REFUSED = 'This invitation is used, expired, taken back, or for somebody else. Ask for another one.';

/**
 * Makes a person a member, once, if the invitation is theirs.
 * @throws ForbiddenError, with one answer for all that can be wrong
 */
export async function acceptInvitation(
  db: Database,
  { secret, identity, actor }: { secret: string; identity: Identity; actor: Actor },
): Promise<void> {
  const tenantId = tenantOfSecret('shi', secret);
  if (tenantId === undefined) throw new ForbiddenError(REFUSED);
  await withTenant(db, tenantId, async (trx) => {
    const { rows } = await sql<{ role: Role }>`
      with accepted as (
        update invitations set accepted_at = now(), accepted_by = ${identity.userId}
        where tenant_id = ${tenantId} and token_hash = ${hashSecret(secret)}
          and accepted_at is null and expires_at > now() and ${isFor(identity)}
        returning *
      )
      insert into members (tenant_id, user_id, role, source, invited_by, joined_at, ${flagColumns})
      select ${tenantId}::bigint, ${identity.userId}::bigint, role, 'manual', invited_by, now(), ${flagColumns} from accepted
      on conflict (tenant_id, user_id) do update set role = excluded.role, source = 'manual', removed_at = null,
        invited_by = excluded.invited_by, joined_at = excluded.joined_at,
        ${sql.join(flags.map((flag) => sql`${sql.ref(flag)} = excluded.${sql.ref(flag)}`))}
      where members.removed_at is not null
      returning role`.execute(trx);
    const [row] = rows;
    if (!row) throw new ForbiddenError(REFUSED);
    const observed = {
      at: new Date().toISOString(),
      login: identity.login,
      name: identity.name,
      type: 'User' as const,
    };
    await applyFacts(trx, tenantId, [{ contributors: [{ contributor_id: identity.userId, observed }] }]);
    const entry = { tenantId, actor, action: 'member.join', target: `member ${identity.login}` };
    await recordAudit(trx, { ...entry, before: null, after: { role: row.role } });
  });
}

function isFor({ userId, login, emails }: Identity) {
  return sql`case invitee_kind
    when 'email' then lower(invitee) = any(${emails.map((email) => email.toLowerCase())}::text[])
    else coalesce(user_id = ${userId}, lower(invitee) = lower(${login})) end`;
}
