import { sql } from 'kysely';
import { beforeEach, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import type { Facts } from '../../src/facts/facts.ts';
import { saveDefinition } from '../../src/metrics/definition.ts';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { repositoryFact, storeFacts } from '../support/api.ts';
import { createTestDatabase } from '../support/database.ts';
import { removeDerived } from '../support/derived-rows.ts';
import { removeRows } from '../support/rows.ts';
import {
  commitFact,
  defaultBranchFact,
  deploymentFact,
  pullFact,
  releaseFact,
  statusFact,
} from '../support/sample-facts.ts';

const { db } = await createTestDatabase();
const [ACME, SHOP] = [4_711, 11];
const place = { tenantId: ACME, repositoryId: SHOP };
const day = (n: number) => `2026-02-${String(n).padStart(2, '0')}T10:00:00.000Z`;

beforeEach(async () => {
  await removeRows(db, ACME);
  await removeDerived(db, ACME);
});

function store(...facts: Facts[]): Promise<number> {
  return storeFacts(db, ACME, 'acme', repositoryFact(SHOP, 'acme/shop'), ...facts);
}

async function listDeployments(): Promise<string[]> {
  await recomputeTouched(db, ACME);
  const { rows } = await withTenant(db, ACME, (trx) =>
    sql<{ text: string }>`
      select concat_ws(' ', source, ref, sha, outcome) as text from production_deployments
      where tenant_id = ${ACME} order by finished_at, deployment_id`.execute(trx),
  );
  return rows.map(({ text }) => text);
}

const deployed = (id: number, created_at: string, environment = 'production'): Facts => ({
  deployments: [deploymentFact(SHOP, id, { sha: `d${id}`, ref: 'main', environment, created_at })],
  deployment_statuses: [statusFact(SHOP, id, { id, state: 'success', created_at })],
});

function released(
  id: number,
  published_at: string | null,
  options: { draft?: boolean; prerelease?: boolean } = {},
): Facts {
  return {
    releases: [releaseFact(SHOP, id, { published_at, ...options })],
    tags: [{ repository_id: SHOP, name: `v${id}`, observed: { at: day(1), sha: `t${id}`, deleted_at: null } }],
  };
}

const tag = (name: string, at: string, deleted_at: string | null = null) => ({
  repository_id: SHOP,
  name,
  observed: { at, sha: deleted_at ? null : `t-${name}`, deleted_at },
});

it('takes GitHub deployments to production, whatever else there is', async () => {
  await store(deployed(1, day(1)), deployed(2, day(2), 'staging'), released(1, day(20)));
  expect(await listDeployments()).toEqual(['github_deployment main d1 success']);
});

it('takes published releases where nothing is deployed to production, and no drafts or prereleases', async () => {
  await store(deployed(2, day(2), 'staging'), released(1, day(1)), released(2, day(2), { draft: true }));
  await store(released(3, day(3), { prerelease: true }), released(4, null));
  expect(await listDeployments()).toEqual(['release v1 t1 success']);
});

it('takes releases where the last deployment to production is long ago beside them', async () => {
  await store(deployed(1, '2025-10-01T10:00:00.000Z'), released(1, day(1)));
  expect(await listDeployments()).toEqual(['release v1 t1 success']);
});

it('changes over when a first deployment to production comes', async () => {
  await store(released(1, day(1)));
  expect(await listDeployments()).toEqual(['release v1 t1 success']);
  await store(deployed(1, day(2)));
  expect(await listDeployments()).toEqual(['github_deployment main d1 success']);
});

it('takes the commit that a release was made of where its tag is an annotated one', async () => {
  await store(released(1, day(1)), {
    releases: [releaseFact(SHOP, 2, { published_at: day(2), target_commitish: 'c2' })],
    tags: [{ repository_id: SHOP, name: 'v2', observed: { at: day(1), sha: 'object', deleted_at: null } }],
    commits: [commitFact(SHOP, 'c2')],
  });
  expect(await listDeployments()).toEqual(['release v1 t1 success', 'release v2 c2 success']);
});

it('takes the commit of a release when it becomes known, though nobody tells of the release again', async () => {
  await store({
    releases: [releaseFact(SHOP, 2, { published_at: day(2), target_commitish: 'c2' })],
    tags: [{ repository_id: SHOP, name: 'v2', observed: { at: day(1), sha: 't2', deleted_at: null } }],
  });
  expect(await listDeployments()).toEqual(['release v2 t2 success']);
  await store({ commits: [commitFact(SHOP, 'c2')] });
  expect(await listDeployments()).toEqual(['release v2 c2 success']);
  await store({ commits: [commitFact(SHOP, 't2')] });
  expect(await listDeployments()).toEqual(['release v2 t2 success']);
});

it('takes nothing where nothing is known', async () => {
  await store(deployed(2, day(2), 'staging'));
  expect(await listDeployments()).toEqual([]);
});

it('takes what is set for the repository, and before it what is set for all', async () => {
  await store(deployed(1, day(1)), released(1, day(2)));
  await withTenant(db, ACME, (trx) =>
    saveDefinition(trx, { ...place, repositoryId: 0 }, { deployment_source: { kind: 'release' } }),
  );
  expect(await listDeployments()).toEqual(['release v1 t1 success']);
  await withTenant(db, ACME, (trx) => saveDefinition(trx, place, { deployment_source: { kind: 'github_deployment' } }));
  expect(await listDeployments()).toEqual(['github_deployment main d1 success']);
});

it('takes the runs of a workflow on a branch', async () => {
  const run = (workflow_run_id: number, change: object) => ({
    repository_id: SHOP,
    workflow_run_id,
    observed: {
      at: day(3),
      run_attempt: 1,
      name: 'Deploy',
      path: '.github/workflows/deploy.yml',
      event: 'push',
      head_branch: 'main',
      head_sha: `w${workflow_run_id}`,
      status: 'completed',
      conclusion: 'success',
      actor_id: null,
      created_at: day(3),
      started_at: day(3),
      updated_at: day(3),
      ...change,
    },
  });
  await store({
    workflow_runs: [
      run(1, {}),
      run(2, { conclusion: 'failure', updated_at: day(4) }),
      run(3, { conclusion: 'cancelled' }),
      run(4, { status: 'in_progress', conclusion: null }),
      run(5, { head_branch: 'topic' }),
      run(6, { name: 'Test', path: '.github/workflows/test.yml' }),
    ],
  });
  const deployment_source = { kind: 'workflow_run', workflow: 'Deploy', branch: 'main' } as const;
  await withTenant(db, ACME, (trx) => saveDefinition(trx, place, { deployment_source }));
  expect(await listDeployments()).toEqual(['workflow_run main w1 success', 'workflow_run main w2 failure']);
});

it('takes tags by their pattern, from their push on', async () => {
  await store({ tags: [tag('v1.0', day(2)), tag('v1.1', day(1)), tag('w1.0', day(3)), tag('v0', day(4), day(4))] });
  await withTenant(db, ACME, (trx) =>
    saveDefinition(trx, place, { deployment_source: { kind: 'tag', pattern: 'v1.*' } }),
  );
  expect(await listDeployments()).toEqual(['tag v1.1 t-v1.1 success', 'tag v1.0 t-v1.0 success']);
});

it('takes merges to the default branch', async () => {
  const merge = (number: number, base_ref: string) =>
    pullFact(SHOP, number, { base_ref, state: 'merged', merged_at: day(number), merge_commit_sha: `m${number}` });
  await store({ pull_requests: [merge(1, 'main'), merge(2, 'next'), pullFact(SHOP, 3)] });
  await store(defaultBranchFact(SHOP));
  await withTenant(db, ACME, (trx) => saveDefinition(trx, place, { deployment_source: { kind: 'merge' } }));
  expect(await listDeployments()).toEqual(['merge main m1 success']);
});
