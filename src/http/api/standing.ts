import type { Database } from '../../../db/connection.ts';
import { withTenant } from '../../../db/tenant.ts';
import { NotFoundError } from '../../errors.ts';
import { findMembership, listTenantsOf, type Membership } from '../../tenancy/members.ts';
import { type Flags, flagsOf, type Role } from '../../tenancy/roles.ts';
import type { Session } from '../../tenancy/sessions.ts';
import type { Caller } from './caller.ts';
import { findOrg, type Org } from './org-scope.ts';

/** What the caller is in the organization that the path names. */
export interface Standing {
  readonly org: Org;
  /** The operator counts as an owner of every organization. */
  readonly role: Role;
  readonly flags: Flags;
}

interface Asked {
  readonly caller: Caller;
  readonly name: string;
  /** Where a tenant's own domain is asked, there is no other. */
  readonly servedTenantId: number | undefined;
}

/** @throws NotFoundError, with one answer for what is not there and what is not the caller's */
export async function getStanding(db: Database, { caller, name, servedTenantId }: Asked): Promise<Standing> {
  const org = await findOrg(db, name);
  const isServed = servedTenantId === undefined || org?.tenant_id === servedTenantId;
  const standing = org && isServed ? await findStanding(db, { caller, org }) : undefined;
  if (!standing) throw new NotFoundError(`There is no organization "${name}" here, or you may not see it.`);
  return standing;
}

async function findStanding(
  db: Database,
  { caller, org }: { caller: Caller; org: Org },
): Promise<Standing | undefined> {
  if (caller.kind === 'operator') return { org, role: 'owner', flags: flagsOf('owner') };
  if (caller.kind === 'token') {
    const { tenantId, role } = caller.token;
    return tenantId === org.tenant_id ? { org, role, flags: flagsOf(role) } : undefined;
  }
  const { userId } = caller.session;
  const member = await withTenant(db, org.tenant_id, (trx) => findMembership(trx, org.tenant_id, userId));
  if (!member || !isConfirmed(member, caller.session, org.tenant_id)) return undefined;
  return { org, role: member.role, flags: member.flags };
}

/** The accounts that a caller may see; undefined: all of them. */
export async function listTenantIds(
  db: Database,
  { caller, servedTenantId }: Omit<Asked, 'name'>,
): Promise<readonly number[] | undefined> {
  const own = await listOwnTenantIds(db, caller);
  if (servedTenantId === undefined) return own;
  return own === undefined || own.includes(servedTenantId) ? [servedTenantId] : [];
}

async function listOwnTenantIds(db: Database, caller: Caller): Promise<readonly number[] | undefined> {
  if (caller.kind === 'operator') return undefined;
  if (caller.kind === 'token') return [caller.token.tenantId];
  const members = await listTenantsOf(db, caller.session.userId);
  return members
    .filter((member) => isConfirmed(member, caller.session, member.tenant_id))
    .map(({ tenant_id }) => tenant_id);
}

/** What a person or a token is in each organization that they may see. */
export async function listStandings(db: Database, asked: Omit<Asked, 'name'>): Promise<readonly Standing[]> {
  const standings: Standing[] = [];
  for (const tenantId of (await listTenantIds(db, asked)) ?? []) {
    const org = await findOrg(db, String(tenantId));
    const standing = org && (await findStanding(db, { caller: asked.caller, org }));
    if (standing) standings.push(standing);
  }
  return standings;
}

/** GitHub's members must have seen the installation at their login; who was invited needs no account's installation. */
function isConfirmed({ source }: Pick<Membership, 'source'>, { tenantIds }: Session, tenantId: number): boolean {
  return source === 'manual' || tenantIds.includes(tenantId);
}
