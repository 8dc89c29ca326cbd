import { beforeEach, expect, it } from 'vitest';
import { sql } from 'kysely';
import { publishCheckRun } from '../../src/checks/publish.ts';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { createPublishing } from '../support/publishing.ts';
import { commitFact, deploymentFact, statusFact } from '../support/sample-facts.ts';

const { standIn, repository, deps, store, openPull, runsOn, query, tenantId } = await createPublishing();
const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
const shaOf = (id: number) => id.toString(16).padStart(40, '0');
let last = 100;

beforeEach(async () => {
  for (const table of ['pull_requests', 'merged_pull_requests', 'deployments', 'production_deployments']) {
    await query(sql`delete from ${sql.table(table)}`);
  }
  await query(sql`delete from shipped_commits`);
  await query(sql`update repositories set default_branch = 'main'`);
  // The first deployment is where counting begins.
  await deploy(10);
});

/** What is merged has a history of its own, unless it is deployed itself. */
async function merge(base_ref: string, hours: number) {
  last += 1;
  const sha = shaOf(last);
  await store({ commits: [commitFact(repository.id, sha)] });
  const merged = { state: 'merged', merged_at: ago(hours), closed_at: ago(hours), merge_commit_sha: sha } as const;
  return { ...(await openPull({ ...merged, base_ref })), sha };
}

async function deploy(hours: number, commit?: string) {
  last += 1;
  const sha = commit ?? shaOf(last);
  await store(
    { commits: [commitFact(repository.id, sha)] },
    { deployments: [deploymentFact(repository.id, last, { sha, created_at: ago(hours) })] },
    { deployment_statuses: [statusFact(repository.id, last, { id: last, state: 'success', created_at: ago(hours) })] },
  );
}

async function titleOf(pull: Awaited<ReturnType<typeof merge>>) {
  await recomputeTouched(deps.db, tenantId);
  await publishCheckRun(deps, pull);
  const [run] = runsOn(pull);
  return `${run?.conclusion}: ${run?.output.title}`;
}

const waiting = 'neutral: Merged, waiting for a deployment';
const undeployed = (branch: string) =>
  `success: Merged into ${branch}, which is not deployed to production as far as is known`;

it('says of a branch beside the default one that it is not deployed, until something of it is', async () => {
  const pull = await merge('next', 5);
  expect(await titleOf(pull)).toBe(undeployed('next'));
  const other = await merge('next', 4);
  await deploy(3, other.sha);
  expect(await titleOf(pull)).toBe(waiting);
});

it('says it of the default branch when a deployment after the merge has nothing of it', async () => {
  const pull = await merge('main', 5);
  expect(await titleOf(pull)).toBe(waiting);
  await deploy(4.5);
  expect(await titleOf(pull)).toBe(waiting);
  await deploy(3);
  expect(await titleOf(pull)).toBe(undeployed('main'));
  const other = await merge('main', 2);
  await deploy(1, other.sha);
  expect(await titleOf(pull)).toBe(waiting);
  expect(standIn.violations).toEqual([]);
});
