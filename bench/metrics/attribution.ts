import { sql } from 'kysely';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { COMMITS_PER_BLOCK, commitSha, type MadeTenant, storeBlocks } from './made-tenant.ts';
import { percentile, timed } from './timing.ts';

const BLOCKS = 10;

/**
 * A deployment of a hundred commits that come after all the others, in the largest repository and in the smallest; with
 * all that depends on it, and beside it a bare walk: the same commits by `git log`'s rule, and nothing written.
 */
export async function measureAttribution(db: Database, tenant: MadeTenant, rounds: number): Promise<void> {
  for (const index of new Set([0, tenant.blocks.length - 1])) {
    const stored = tenant.blocks[index] ?? 0;
    const times: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const place = { repositoryId: index + 1, first: stored + round * BLOCKS };
      await deploy(db, tenant, place);
      bare.push((await timed(() => walk(db, tenant, place))).ms);
      times.push((await timed(() => recomputeTouched(db, tenant.tenantId))).ms);
    }
    const [p50, walked] = [percentile(times, 0.5), percentile(bare, 0.5)];
    console.log(
      `attribution   of ${BLOCKS * COMMITS_PER_BLOCK} new commits after ${stored * COMMITS_PER_BLOCK}: p50 ${p50.toFixed(1)} ms, ` +
        `p95 ${percentile(times, 0.95).toFixed(1)} ms; bare walk ${walked.toFixed(1)} ms; ratio ${(walked / p50).toFixed(2)}`,
    );
  }
}

interface NewBlocks {
  readonly repositoryId: number;
  readonly first: number;
}

async function deploy(db: Database, tenant: MadeTenant, { repositoryId, first }: NewBlocks): Promise<void> {
  const { tenantId, blocks, from, to } = tenant;
  const total = blocks[repositoryId - 1] ?? 0;
  await withTenant(db, tenantId, async (trx) => {
    const made = { tenantId, repositoryId, first, count: BLOCKS, total, from, to, blocksPerDeployment: BLOCKS };
    await storeBlocks(trx, made);
    await sql`
      insert into touched_facts (tenant_id, repository_id, pulls, commits, deployments)
      select ${tenantId}::bigint, ${repositoryId}::bigint, array(select generate_series(${first + 1}::integer, ${first + BLOCKS}::integer)),
        array(select ${commitSha(tenantId, repositoryId, sql`n`)}
          from generate_series(${first * COMMITS_PER_BLOCK}::bigint, ${(first + BLOCKS) * COMMITS_PER_BLOCK - 1}::bigint) n),
        array[${first + BLOCKS}::bigint]`.execute(trx);
  });
}

async function walk(db: Database, { tenantId }: MadeTenant, { repositoryId, first }: NewBlocks): Promise<void> {
  const ofRepository = sql`tenant_id = ${tenantId} and repository_id = ${repositoryId}`;
  await withTenant(db, tenantId, async (trx) => {
    await sql`
      with recursive reached (sha) as (
        select ${commitSha(tenantId, repositoryId, sql`${(first + BLOCKS) * COMMITS_PER_BLOCK - 1}::bigint`)}
        union
        select p.sha from reached r
        cross join lateral unnest((select parents from commits c where ${ofRepository} and c.sha = r.sha)) as p (sha)
        where coalesce((select false from shipped_commits m where ${ofRepository} and m.sha = p.sha limit 1), true)
      )
      select sha from reached`.execute(trx);
  });
}
