import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { isVisible } from '../facts/tracking.ts';

export interface LeftOut {
  readonly repository_id: number;
  readonly full_name: string;
  /** Whether somebody decided so; else the plan has no room for it. */
  readonly chosen: boolean;
}

/** The repositories that the app can see and that are not tracked, by name. */
export async function listLeftOut(trx: Trx, tenantId: number): Promise<readonly LeftOut[]> {
  const { rows } = await sql<LeftOut>`
    select repository_id, full_name, tracking_choice is false as chosen from repositories
    where tenant_id = ${tenantId} and ${isVisible} and not tracked
    order by lower(full_name), repository_id`.execute(trx);
  return rows;
}

/** How many deliveries are held of each. @param trx in the role of the instance */
export async function countHeld(
  trx: Trx,
  tenantId: number,
  repositoryIds: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  if (repositoryIds.length === 0) return new Map();
  const { rows } = await sql<{ repository_id: number; count: number }>`
    select repository_id, count(*) as count from deliveries
    where state = 'held' and tenant_id = ${tenantId} and repository_id = any(${repositoryIds}::bigint[])
    group by repository_id`.execute(trx);
  return new Map(rows.map(({ repository_id, count }) => [repository_id, count]));
}
