import { sql } from 'kysely';
import { z } from 'zod';
import { type Trx, withTenant } from '../../../db/tenant.ts';
import { updateAccessOf } from '../../access/update-access-of.ts';
import { ForbiddenError, NotFoundError } from '../../errors.ts';
import { applyFacts } from '../../facts/apply.ts';
import type { OrganizationMemberFact } from '../../facts/organization-members.ts';
import type { Priority } from '../../github/github.ts';
import { type AccessDeps, type AccessTarget, findAccessTarget } from './access-target.ts';

const membership = z.object({
  role: z.string(),
  state: z.enum(['active', 'pending']),
  user: z.object({ id: z.int() }).nullish(),
});

interface MemberRequest {
  readonly tenantId: number;
  readonly userId: number;
  readonly priority: Priority;
}

/**
 * Reads whether a person belongs to the organization, and as what.
 * @returns the repositories in which the person has grants of their own, which may have gone with the membership
 */
export async function syncMember(
  deps: AccessDeps,
  { tenantId, userId, priority }: MemberRequest,
): Promise<readonly number[]> {
  const target = await findAccessTarget(deps, { tenantId, priority });
  const login = await withTenant(deps.db, tenantId, (trx) => findLogin(trx, tenantId, userId));
  if (!target?.isOrganization || login === undefined) return [];
  const role = await readRole(target, { login, userId });
  if (role === undefined) return [];
  return withTenant(deps.db, tenantId, async (trx) => {
    const facts = { organization_members: await memberFacts(trx, target, { userId, role }) };
    await applyFacts(trx, tenantId, [facts]);
    await updateAccessOf(trx, tenantId, [facts]);
    return listGrantedRepositories(trx, tenantId, userId);
  });
}

/** @returns null for somebody who does not belong to it; undefined when the app may not know */
async function readRole(
  { github, login: org }: AccessTarget,
  { login: username, userId }: { login: string; userId: number },
): Promise<'owner' | 'member' | null | undefined> {
  try {
    const route = 'GET /orgs/{org}/memberships/{username}';
    const { role, state, user } = await github.rest({ route, parameters: { org, username }, data: membership });
    // An invitation is no membership, and the login may be another person's by now.
    if (state !== 'active' || (user && user.id !== userId)) return null;
    return role === 'admin' ? 'owner' : 'member';
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    if (error instanceof ForbiddenError) return undefined;
    throw error;
  }
}

async function memberFacts(
  trx: Trx,
  { tenantId, at }: AccessTarget,
  { userId, role }: { userId: number; role: 'owner' | 'member' | null },
): Promise<OrganizationMemberFact[]> {
  if (role !== null) return [{ user_id: userId, observed: { at, role, removed_at: null } }];
  const { rows } = await sql<{ role: string }>`
    select role from organization_members where tenant_id = ${tenantId} and user_id = ${userId}`.execute(trx);
  return rows.map((known) => ({ user_id: userId, observed: { at, role: known.role, removed_at: at } }));
}

async function findLogin(trx: Trx, tenantId: number, userId: number): Promise<string | undefined> {
  const { rows } = await sql<{ login: string }>`
    select login from contributors where tenant_id = ${tenantId} and contributor_id = ${userId} and login is not null`.execute(
    trx,
  );
  return rows[0]?.login;
}

async function listGrantedRepositories(trx: Trx, tenantId: number, userId: number): Promise<readonly number[]> {
  const { rows } = await sql<{ repository_id: number }>`
    select repository_id from repository_collaborators
    where tenant_id = ${tenantId} and user_id = ${userId} and removed_at is null`.execute(trx);
  return rows.map(({ repository_id }) => repository_id);
}
