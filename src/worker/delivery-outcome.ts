import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { InvalidPayloadError } from '../errors.ts';
import type { DueDelivery } from './due-deliveries.ts';

/** What became of a delivery. `dueAt` with `pending`: it failed and is tried again then. */
export interface DeliveryOutcome {
  readonly delivery: DueDelivery;
  readonly state: 'applied' | 'ignored' | 'held' | 'pending' | 'dead';
  readonly tenantId: number | null;
  /** Of one that is held: the repository that is not tracked. */
  readonly repositoryId?: number;
  /** Why it failed, or why it was ignored. */
  readonly error: string | null;
  readonly dueAt: Date | null;
}

const MOST_ATTEMPTS = 5;
const FIRST_RETRY_S = 2;
const LONGEST_ERROR = 2_000;

/** A failed delivery is tried five times over three minutes; one whose payload is wrong in itself, once. */
export function failedOutcome(
  delivery: DueDelivery,
  failure: { tenantId: number | null; error: unknown },
): DeliveryOutcome {
  const attempts = delivery.attempts + 1;
  const last = attempts >= MOST_ATTEMPTS || failure.error instanceof InvalidPayloadError;
  const retryAt = new Date(Date.now() + FIRST_RETRY_S * 4 ** (attempts - 1) * 1_000);
  return {
    delivery,
    state: last ? 'dead' : 'pending',
    tenantId: failure.tenantId,
    error: describe(failure.error),
    dueAt: last ? null : retryAt,
  };
}

/** Without NUL, which PostgreSQL's text can not hold, and which a quoted piece of a payload may have. */
function describe(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replaceAll('\0', '').slice(0, LONGEST_ERROR);
}

export async function recordOutcomes(trx: Trx, outcomes: readonly DeliveryOutcome[]): Promise<void> {
  await sql`
    update deliveries d
    set state = x.state, tenant_id = x.tenant_id, repository_id = x.repository_id, error = x.error,
      attempts = d.attempts + 1, due_at = coalesce(x.due_at, d.due_at)
    from unnest(
      ${outcomes.map(({ delivery }) => delivery.delivery_id)}::bigint[], ${outcomes.map(({ state }) => state)}::text[],
      ${outcomes.map(({ tenantId }) => tenantId)}::bigint[],
      ${outcomes.map(({ repositoryId }) => repositoryId ?? null)}::bigint[],
      ${outcomes.map(({ error }) => error)}::text[], ${outcomes.map(({ dueAt }) => dueAt)}::timestamptz[]
    ) as x (delivery_id, state, tenant_id, repository_id, error, due_at)
    where d.delivery_id = x.delivery_id`.execute(trx);
}
