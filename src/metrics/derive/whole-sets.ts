import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';

/**
 * For statements that read all of a repository: rows that were written a moment ago have no statistics yet, and
 * look-ups one by one, which the planner then thinks of, take ten times as long as joins of whole sets.
 */
export async function joinWholeSets(trx: Trx): Promise<void> {
  await sql`select set_config('enable_nestloop', 'off', true), set_config('work_mem', '256MB', true)`.execute(trx);
}

export async function joinAsPlanned(trx: Trx): Promise<void> {
  await sql`set local enable_nestloop to default`.execute(trx);
  await sql`set local work_mem to default`.execute(trx);
}
