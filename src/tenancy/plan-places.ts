import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { PlanLimitError } from '../errors.ts';
import { isVisible } from '../facts/tracking.ts';
import { isPlan, limitsOf, type PlanLimits, type PlanName } from '../plans.ts';

export interface PlanPlaces {
  readonly plan: PlanName;
  readonly limits: PlanLimits;
  readonly used: { readonly repositories: number; readonly members: number };
}

/** What a tenant's plan has room for, and what of it is taken. */
export async function getPlanPlaces(trx: Trx, tenantId: number): Promise<PlanPlaces> {
  const { rows } = await sql<{ plan: string; repositories: number; members: number }>`
    select plan,
      (select count(*) from repositories where tenant_id = ${tenantId} and ${isVisible} and tracked) as repositories,
      (select count(*) from members where tenant_id = ${tenantId} and removed_at is null) as members
    from tenants where tenant_id = ${tenantId}`.execute(trx);
  const { plan: stored = '', repositories = 0, members = 0 } = rows[0] ?? {};
  const plan = isPlan(stored) ? stored : 'enterprise';
  return { plan, limits: limitsOf(plan), used: { repositories, members } };
}

/** @throws PlanLimitError */
export async function requireRepositoryPlace(trx: Trx, tenantId: number): Promise<void> {
  const { plan, limits, used } = await getPlanPlaces(trx, tenantId);
  const [limit, taken] = [limits.repositories, used.repositories];
  if (limit === null || taken < limit) return;
  const detail = `The plan ${plan} has room for ${limit} repositories, and ${taken} are tracked. Stop tracking another one, or raise the plan.`;
  throw new PlanLimitError(detail, { limit, used: taken });
}

/**
 * Before somebody is invited: whoever is invited already takes a place, and so does whom GitHub made a member, which
 * happens whatever the plan says.
 * @throws PlanLimitError
 */
export async function requireMemberPlace(trx: Trx, tenantId: number): Promise<void> {
  // Two at once would both see the last place.
  await sql`select pg_advisory_xact_lock(hashtext('shiplog member places'), hashint8(${tenantId}))`.execute(trx);
  const { plan, limits, used } = await getPlanPlaces(trx, tenantId);
  const limit = limits.members;
  if (limit === null) return;
  const invited = await countInvited(trx, tenantId);
  const taken = used.members + invited;
  if (taken < limit) return;
  const detail = `The plan ${plan} has room for ${limit} members, and there are ${used.members}, with ${invited} more invited. Remove one, take an invitation back, or raise the plan.`;
  throw new PlanLimitError(detail, { limit, used: taken });
}

async function countInvited(trx: Trx, tenantId: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from invitations
    where tenant_id = ${tenantId} and accepted_at is null and expires_at > now()`.execute(trx);
  return rows[0]?.count ?? 0;
}
