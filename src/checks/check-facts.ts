import { sql } from 'kysely';
import type { Trx } from '../../db/tenant.ts';
import type { CheckedHead } from '../queue.ts';

/** A pull request as its check run needs it. */
interface CheckedPull {
  readonly number: number;
  readonly state: 'open' | 'closed' | 'merged';
  readonly draft: boolean;
}

/** All that a check run is made of. */
export interface CheckFacts {
  readonly now: Date;
  readonly pull: CheckedPull;
}

/** @returns null when no pull request has this head any more */
export async function readCheckFacts(
  trx: Trx,
  head: CheckedHead,
  { now }: { readonly now: Date },
): Promise<CheckFacts | null> {
  const pull = await findPull(trx, head);
  return pull && { now, pull };
}

/** Of several with one head, the one that is open, else the latest. */
async function findPull(trx: Trx, { tenantId, repositoryId, headSha }: CheckedHead): Promise<CheckedPull | null> {
  const { rows } = await sql<CheckedPull>`
    select number, state, draft from pull_requests
    where tenant_id = ${tenantId} and repository_id = ${repositoryId} and head_sha = ${headSha}
    order by state = 'open' desc, number desc limit 1`.execute(trx);
  return rows[0] ?? null;
}
