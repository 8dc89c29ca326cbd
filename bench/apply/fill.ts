import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { storeDeliveries } from '../../src/intake/deliveries.ts';
import type { Queue } from '../../src/queue.ts';
import type { DeliveryGenerator } from './generate-deliveries.ts';

const CHUNK = 500;

/** Stores generated deliveries as intake does, for the worker to apply. */
export async function storeGenerated(
  db: Database,
  queue: Queue,
  generator: DeliveryGenerator,
  count: number,
): Promise<void> {
  for (let stored = 0; stored < count; stored += CHUNK) {
    const chunk = Array.from({ length: Math.min(CHUNK, count - stored) }, () => generator.next());
    await storeDeliveries(db, queue, chunk);
  }
}

/**
 * Multiplies what is stored, with other ids: as though many more deliveries had been applied before.
 * @param stride beyond every number that is stored, so that the new ones are new
 */
export async function multiplyStored(
  db: Database,
  tenantId: number,
  { times, stride }: { times: number; stride: number },
) {
  await sql`
    insert into deliveries (guid, event, action, tenant_id, state, attempts, received_at, body)
    select gen_random_uuid(), event, action, tenant_id, state, attempts, received_at, body
    from deliveries, generate_series(1, ${times}) where state = 'applied'`.execute(db);
  await withTenant(db, tenantId, async (trx) => {
    for (const [table, key] of [
      ['commits', 'sha'],
      ['reviews', 'review_id'],
      ['issues', 'number'],
      ['pull_requests', 'number'],
      ['deployments', 'deployment_id'],
      ['deployment_statuses', 'deployment_status_id'],
    ] as const) {
      const other =
        key === 'sha' ? `encode(sha256((t.sha || n || ${stride})::bytea), 'hex')` : `t.${key} + n * ${stride}`;
      await sql`
        insert into ${sql.table(table)}
        select (json_populate_record(t, json_build_object(${sql.lit(key)}, ${sql.raw(other)}))).*
        from ${sql.table(table)} t, generate_series(1, ${times}) n where tenant_id = ${tenantId}`.execute(trx);
    }
  });
}
