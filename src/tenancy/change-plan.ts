import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { lockFacts } from '../facts/lock-facts.ts';
import { settleTracking } from '../facts/tracking.ts';
import type { PlanName } from '../plans.ts';
import { type Actor, recordAudit } from './audit-log.ts';

interface PlanChange {
  readonly tenantId: number;
  readonly plan: PlanName;
  readonly actor: Actor;
  /** The organization's login. */
  readonly target: string;
}

/**
 * Sets a tenant's plan. Repositories that a smaller one has no room for are followed no more, and their data stays; a
 * larger one takes in those that were left out.
 */
export async function changePlan(trx: Trx, { tenantId, plan, actor, target }: PlanChange): Promise<void> {
  await lockFacts(trx, tenantId);
  const { rows } = await sql<{ plan: string }>`select plan from tenants where tenant_id = ${tenantId}`.execute(trx);
  const before = rows[0]?.plan;
  if (before === undefined || before === plan) return;
  await sql`update tenants set plan = ${plan} where tenant_id = ${tenantId}`.execute(trx);
  await settleTracking(trx, tenantId, { fill: true });
  await recordAudit(trx, { tenantId, actor, action: 'plan.change', target, before: { plan: before }, after: { plan } });
}
