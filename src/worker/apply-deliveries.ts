import { sql } from 'kysely';
import { enterTenant, leaveTenant, type Trx } from '../../db/tenant.ts';
import { isOfTheFacts } from '../facts/fault.ts';
import type { LogFields, Logger } from '../logging.ts';
import { meterUsage, monthOf } from '../tenancy/meter-usage.ts';
import { type DeliveryOutcome, failedOutcome, recordOutcomes } from './delivery-outcome.ts';
import { lockDueDeliveries } from './due-deliveries.ts';
import { applyOrHold } from './hold-deliveries.ts';
import { type MappedDelivery, mapDeliveries } from './map-deliveries.ts';

export interface AppliedBatch {
  readonly outcomes: readonly DeliveryOutcome[];
  readonly more: boolean;
}

/**
 * Applies one batch of due deliveries: their facts and their states commit together, with `trx`.
 * @throws only what concerns the whole batch, such as a lost connection: then nothing has happened
 */
export async function applyDueDeliveries(
  trx: Trx,
  options: { appId: number | null; log: Logger },
): Promise<AppliedBatch> {
  await leaveTenant(trx);
  const { deliveries, more } = await lockDueDeliveries(trx);
  if (deliveries.length === 0) return { outcomes: [], more };
  const { byTenant, outcomes: withoutFacts } = mapDeliveries(deliveries, options.appId);
  const outcomes = [...withoutFacts];
  // Ascending, since each tenant's lock is held to the end: two workers never wait for each other.
  for (const tenantId of [...byTenant.keys()].toSorted((a, b) => a - b)) {
    await enterTenant(trx, tenantId);
    const mapped = byTenant.get(tenantId) ?? [];
    outcomes.push(...(await applyTogether(trx, tenantId, mapped)));
    await meterDeliveries(trx, tenantId, mapped);
    await leaveTenant(trx);
  }
  await recordOutcomes(trx, outcomes);
  for (const outcome of outcomes)
    if (outcome.state === 'dead' || outcome.state === 'pending') logFailure(options.log, outcome);
  return { outcomes, more };
}

/** All at once; if that fails, in halves, down to the delivery that is at fault. */
async function applyTogether(
  trx: Trx,
  tenantId: number,
  mapped: readonly MappedDelivery[],
): Promise<DeliveryOutcome[]> {
  await sql`savepoint deliveries`.execute(trx);
  try {
    const outcomes = await applyOrHold(trx, tenantId, mapped);
    await sql`release savepoint deliveries`.execute(trx);
    return outcomes;
  } catch (error) {
    if (!isOfTheFacts(error)) throw error;
    await sql`rollback to savepoint deliveries`.execute(trx);
    const [first] = mapped;
    if (first && mapped.length === 1) return [failedOutcome(first.delivery, { tenantId, error })];
    const half = Math.ceil(mapped.length / 2);
    return [
      ...(await applyTogether(trx, tenantId, mapped.slice(0, half))),
      ...(await applyTogether(trx, tenantId, mapped.slice(half))),
    ];
  }
}

/** Each once: one that is applied again, or was held, has been counted. */
async function meterDeliveries(trx: Trx, tenantId: number, mapped: readonly MappedDelivery[]): Promise<void> {
  const fresh = mapped.map(({ delivery }) => delivery).filter(({ tenant_id }) => tenant_id === null);
  for (const [, months] of Map.groupBy(fresh, ({ received_at }) => monthOf(received_at))) {
    const [first] = months;
    const deliveryBytes = months.reduce((bytes, { body }) => bytes + body.length, 0);
    if (first) await meterUsage(trx, tenantId, first.received_at, { deliveries: months.length, deliveryBytes });
  }
}

/** Without the error's text, which may quote the payload: the operator's API has it. */
function logFailure(log: Logger, { delivery, state, tenantId }: DeliveryOutcome): void {
  const { guid, event, attempts } = delivery;
  const fields: LogFields = { guid, event, attempts: attempts + 1, ...(tenantId !== null && { tenant: tenantId }) };
  if (state === 'dead') log.error(fields, 'delivery is dead');
  else log.warn(fields, 'delivery failed, will be tried again');
}
