import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../../db/tenant.ts';

/** From one time to another, in seconds; 0 where that would be negative, null where one of them is not known. */
function span(from: RawBuilder<unknown>, to: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`date_part('epoch', case when ${to} < ${from} then interval '0' else ${to} - ${from} end)`;
}

const [opened, ready, firstReview] = [sql`p.created_at`, sql`p.ready_at`, sql`p.first_review_at`];
const [merged, deployed] = [sql`p.merged_at`, sql`p.deployed_at`];
/** A rebase may give commits a later time than the opening. */
const started = sql`case when p.first_commit_at is not null then least(p.first_commit_at, p.created_at) end`;

/** The stages of a merged pull request `p`. */
export const stages = {
  coding_s: span(sql`p.first_commit_at`, opened),
  pickup_s: span(ready, firstReview),
  review_s: span(firstReview, merged),
  merge_s: span(ready, merged),
  deploy_s: span(merged, deployed),
  cycle_s: span(started, deployed),
} as const;

export interface PullKey {
  readonly repository_id: number;
  readonly number: number;
}

/** In seconds; null where an end of the stage is not known, or has not come. */
export interface PullStages extends PullKey {
  readonly deployed_at: Date | null;
  readonly coding_s: number | null;
  readonly pickup_s: number | null;
  readonly review_s: number | null;
  readonly merge_s: number | null;
  readonly deploy_s: number | null;
  readonly cycle_s: number | null;
}

/** Of those of the pull requests that are merged. */
export async function listPullStages(trx: Trx, tenantId: number, keys: readonly PullKey[]): Promise<PullStages[]> {
  const columns = Object.entries(stages).map(([name, stage]) => sql`${stage} as ${sql.ref(name)}`);
  const { rows } = await sql<PullStages>`
    select p.repository_id, p.number, p.deployed_at, ${sql.join(columns)}
    from unnest(${keys.map(({ repository_id }) => repository_id)}::bigint[], ${keys.map(({ number }) => number)}::integer[])
      as k (repository_id, number)
    join merged_pull_requests p on p.tenant_id = ${tenantId} and p.repository_id = k.repository_id
      and p.number = k.number`.execute(trx);
  return rows;
}
