import { sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';
import type { Place } from '../definition.ts';

/** Whoever writes derived rows of a repository does so one at a time; the facts may go on changing. */
export async function lockDerived(trx: Trx, place: Place): Promise<void> {
  await sql`select pg_advisory_xact_lock(${keyOf(place)})`.execute(trx);
}

/** @returns false when somebody else has it */
export async function tryLockDerived(trx: Trx, place: Place): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`select pg_try_advisory_xact_lock(${keyOf(place)}) as locked`.execute(
    trx,
  );
  return rows[0]?.locked ?? false;
}

const keyOf = ({ tenantId, repositoryId }: Place) =>
  sql`hashtext('shiplog metrics'), hashtext(${`${tenantId} ${repositoryId}`})`;
