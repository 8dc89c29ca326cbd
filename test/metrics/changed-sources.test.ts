import fc from 'fast-check';
import { expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import type { Facts } from '../../src/facts/facts.ts';
import { saveDefinition } from '../../src/metrics/definition.ts';
import { recomputeAll, recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { repositoryFact, SEEN_AT, storeFacts } from '../support/api.ts';
import { createTestDatabase } from '../support/database.ts';
import { readDerived } from '../support/derived-rows.ts';
import {
  commitFact,
  defaultBranchFact,
  deploymentFact,
  pullFact,
  releaseFact,
  statusFact,
} from '../support/sample-facts.ts';

const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 100);

const { db } = await createTestDatabase();
const SHOP = 11;
const COMMITS = 8;
const time = (hour: number) => new Date(Date.parse(SEEN_AT) + hour * 3_600_000).toISOString();
const shaOf = (number: number) => `c${number}`.repeat(20);
const sha = fc.nat(COMMITS - 1).map(shaOf);
const id = fc.integer({ min: 1, max: 4 });
const hour = fc.nat(20);

function commitOf(number: number): Facts {
  const parents = number === 0 ? [] : [shaOf(number - 1)];
  const counted = { at: SEEN_AT, additions: 1, deletions: 0, changed_files: 1, parents };
  return { commits: [{ ...commitFact(SHOP, shaOf(number)), detailed: counted }] };
}

function branchOf(default_branch: string, at: string): Facts {
  return defaultBranchFact(SHOP, { default_branch, at });
}

/** Whatever a deployment may be made of, as it was seen at some hour: what was seen later counts. */
const fact = fc.oneof(
  fc.nat(COMMITS - 1).map(commitOf),
  fc.tuple(fc.constantFrom('main', 'main', 'next'), hour).map(([name, seen]) => branchOf(name, time(seen))),
  fc.tuple(id, fc.oneof(sha, fc.constant(null)), hour).map(([number, at, seen]): Facts => {
    const observed = { at: time(seen), sha: at, deleted_at: at === null ? time(seen) : null };
    return { tags: [{ repository_id: SHOP, name: `v${number}`, observed }] };
  }),
  fc
    .record({
      id,
      target_commitish: fc.oneof(sha, fc.constant('main')),
      draft: fc.constantFrom(false, false, true),
      tagged: fc.option(sha),
      seen: hour,
    })
    .map(({ id: release, tagged, seen, ...release_of }): Facts => {
      const [at, published_at] = [time(seen), time(release)];
      const releases = [releaseFact(SHOP, release, { ...release_of, at, published_at })];
      if (tagged === null) return { releases };
      return {
        releases,
        tags: [{ repository_id: SHOP, name: `v${release}`, observed: { at, sha: tagged, deleted_at: null } }],
      };
    }),
  fc
    .record({ id, head_sha: sha, conclusion: fc.constantFrom('success', 'failure', 'cancelled'), seen: hour })
    .map(({ id: workflow_run_id, head_sha, conclusion, seen }): Facts => {
      const run = {
        run_attempt: 1,
        name: 'Deploy',
        path: '.github/workflows/deploy.yml',
        event: 'push',
        actor_id: null,
        started_at: null,
      };
      const observed = { ...run, head_branch: 'main', head_sha, status: 'completed', conclusion };
      const at = time(seen);
      return {
        workflow_runs: [
          { repository_id: SHOP, workflow_run_id, observed: { at, ...observed, created_at: at, updated_at: at } },
        ],
      };
    }),
  fc
    .record({
      id,
      merge_commit_sha: fc.oneof(sha, fc.constant(null)),
      base_ref: fc.constantFrom('main', 'main', 'next'),
      seen: hour,
    })
    .map(({ id: number, seen, ...merge }): Facts => {
      const merged = { at: time(seen), state: 'merged', merged_at: time(number), ...merge };
      return { pull_requests: [pullFact(SHOP, number, merged)] };
    }),
  fc.record({ id, sha, seen: hour }).map(
    ({ id: deployment, sha: head, seen }): Facts => ({
      deployments: [deploymentFact(SHOP, deployment, { at: time(seen), sha: head, created_at: time(deployment) })],
      deployment_statuses: [
        statusFact(SHOP, deployment, { id: deployment, state: 'success', created_at: time(deployment) }),
      ],
    }),
  ),
);

const source = fc.constantFrom(
  { kind: 'auto' as const },
  { kind: 'release' as const },
  { kind: 'tag' as const, pattern: 'v*' },
  { kind: 'workflow_run' as const, workflow: 'Deploy', branch: 'main' },
  { kind: 'merge' as const },
);

it(
  'deployments of every source are the same step by step as all at once',
  async () => {
    let tenantId = 0;
    const seen = new Set<string>();
    const history = fc.asyncProperty(
      source,
      fc.array(fc.array(fact, { minLength: 2, maxLength: 6, size: 'max' }), {
        minLength: 3,
        maxLength: 7,
        size: 'max',
      }),
      async (chosen, steps) => {
        tenantId += 1;
        const login = `acme-${tenantId}`;
        await storeFacts(db, tenantId, login, repositoryFact(SHOP, `${login}/shop`), branchOf('main', SEEN_AT));
        const place = { tenantId, repositoryId: SHOP };
        await withTenant(db, tenantId, (trx) => saveDefinition(trx, place, { deployment_source: chosen }));
        for (const facts of steps) {
          await storeFacts(db, tenantId, login, repositoryFact(SHOP, `${login}/shop`), ...facts);
          await recomputeTouched(db, tenantId);
        }
        const rows = await readDerived(db, tenantId);
        await recomputeAll(db, tenantId);
        expect(rows).toEqual(await readDerived(db, tenantId));
        const deployments = rows['production_deployments'] ?? [];
        if (deployments.length > 0) seen.add(chosen.kind);
      },
    );
    await fc.assert(history, { numRuns: RUNS, seed: SEED });
    expect([...seen].toSorted()).toEqual(['auto', 'merge', 'release', 'tag', 'workflow_run']);
  },
  120_000 + RUNS * 500,
);
