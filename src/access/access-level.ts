import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import { type builtInLevels, levelsFrom } from './level.ts';

interface Asked {
  readonly tenantId: number;
  readonly repositoryId: number;
  readonly userId: number;
}

/** Whether somebody may do in a repository at least what a level allows; what is not known is not allowed. */
export async function hasAccess(
  trx: Trx,
  { tenantId, repositoryId, userId }: Asked,
  least: (typeof builtInLevels)[number],
): Promise<boolean> {
  const { rows } = await sql`
    select from repository_access
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and user_id = ${userId} and valid_to is null
      and level = any(${levelsFrom(least)}::text[])`.execute(trx);
  return rows.length > 0;
}
