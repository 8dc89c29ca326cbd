import { type RawBuilder, sql } from 'kysely';
import type { Database } from '../../../db/connection.ts';
import { idKey, type KeysOf } from './cursor.ts';
import { findOrg, idOf } from './org-scope.ts';
import { allOf } from './page.ts';

export interface DeliveryRow {
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly org: string | null;
  readonly received_at: Date;
  readonly state: 'pending' | 'applied' | 'ignored' | 'held' | 'dead';
  readonly attempts: number;
  readonly error: string | null;
  readonly position: [number];
}

export const deliveryKeys = [idKey] as const;

interface DeliveriesQuery {
  readonly limit: number;
  readonly cursor?: KeysOf<typeof deliveryKeys> | undefined;
  readonly state?: DeliveryRow['state'] | undefined;
  readonly event?: string | undefined;
  readonly org?: string | undefined;
}

export async function listDeliveries(db: Database, query: DeliveriesQuery): Promise<DeliveryRow[]> {
  const { limit, cursor: after, state, event, org } = query;
  // A delivery may be of an account that has no tenant yet: its id finds it all the same.
  const tenantId = org === undefined ? undefined : ((await findOrg(db, org))?.tenant_id ?? idOf(org));
  const where = allOf([
    state && sql`d.state = ${state}`,
    event === undefined ? undefined : sql`d.event = ${event}`,
    tenantId === undefined ? undefined : sql`d.tenant_id = ${tenantId}::bigint`,
    after && sql`d.delivery_id < ${after[0]}::bigint`,
    sql`true`,
  ]);
  return selectDeliveries(db, { where, limit: limit + 1 });
}

/** @param guid in any case */
export async function findDelivery(db: Database, guid: string): Promise<DeliveryRow | undefined> {
  const [row] = await selectDeliveries(db, { where: sql`d.guid = ${guid}::uuid`, limit: 1 });
  return row;
}

async function selectDeliveries(
  db: Database,
  { where, limit }: { where: RawBuilder<unknown>; limit: number },
): Promise<DeliveryRow[]> {
  const { rows } = await sql<DeliveryRow>`
    select d.guid, d.event, d.action, t.login as org, d.received_at, d.state, d.attempts, d.error,
      json_build_array(d.delivery_id) as position
    from deliveries d left join tenants t on t.tenant_id = d.tenant_id
    where ${where} order by d.delivery_id desc limit ${limit}`.execute(db);
  return rows;
}
