import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { publishCheckRun } from '../../src/checks/publish.ts';
import { recordMergeGroup } from '../../src/checks/published.ts';
import { listUnpublished } from '../../src/checks/sweep.ts';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { createPublishing, dyingAt } from '../support/publishing.ts';
import { deploymentFact, pullFact, statusFact } from '../support/sample-facts.ts';

const { db, deps, standIn, store, runsOn, openPull, repository, query, tenantId } = await createPublishing();
const unpublished = async () => {
  const heads = await withTenant(db, tenantId, (trx) => listUnpublished(trx, tenantId));
  return heads.map(({ headSha }) => headSha).toSorted();
};

const deployed = (id: number, sha: string, created_at: string) => ({
  deployments: [deploymentFact(repository.id, id, { sha, created_at })],
  deployment_statuses: [statusFact(repository.id, id, { id, state: 'success', created_at })],
});

beforeEach(async () => {
  await query(sql`delete from published_check_runs`);
  await query(sql`delete from pull_requests`);
});

describe('the sweep', () => {
  it('finds open pull requests whose head has no check run, and no others', async () => {
    const open = await openPull();
    await openPull({ state: 'closed' });
    await publishCheckRun(deps, await openPull());
    expect(await unpublished()).toEqual([open.headSha]);
    await publishCheckRun(deps, open);
    const moved = { at: '2026-03-02T00:00:00.000Z', head_sha: 'e'.repeat(40) };
    await store({ pull_requests: [pullFact(repository.id, open.number, moved)] });
    expect(await unpublished()).toEqual(['e'.repeat(40)]);
  });

  it.each([
    ['archived', sql`update repositories set archived = true`, sql`update repositories set archived = false`],
    ['left out by the plan', sql`update repositories set tracked = false`, sql`update repositories set tracked = true`],
    [
      'taken from the App',
      sql`update repositories set installed = false`,
      sql`update repositories set installed = true`,
    ],
  ])('leaves alone what is %s', async (_name, change, back) => {
    await openPull();
    await query(change);
    const found = await unpublished();
    await query(back);
    expect(found).toEqual([]);
    expect(await unpublished()).toHaveLength(1);
  });

  it('finds what a worker that died was about to send, once it is surely dead', async () => {
    const pull = await openPull();
    await expect(publishCheckRun(dyingAt(deps, 6, 'before').deps, pull)).rejects.toThrow('died');
    expect(await unpublished()).toEqual([]);
    await query(sql`update published_check_runs set sending_since = now() - interval '11 minutes'`);
    expect(await unpublished()).toEqual([pull.headSha]);
  });

  it('leaves a head alone that no pull request has any more, whatever was to be said of it', async () => {
    const left = await openPull();
    await publishCheckRun(deps, left);
    await query(sql`update published_check_runs set refresh_at = now(), sending_since = now() - interval '11 minutes'`);
    const moved = { at: '2026-03-02T00:00:00.000Z', head_sha: 'e'.repeat(40), state: 'closed' };
    await store({ pull_requests: [pullFact(repository.id, left.number, moved)] });
    expect(await unpublished()).toEqual([left.headSha]);
    await publishCheckRun(deps, left);
    expect(await unpublished()).toEqual([]);
  });

  it('finds a merge group whose job was lost before anything was said of it', async () => {
    const [commit] = await standIn.change.git.push(repository, { branch: 'gh-readonly-queue/main/pr-1-b' });
    const group = { tenantId, repositoryId: repository.id, headSha: commit?.sha ?? '' };
    await withTenant(db, tenantId, (trx) => recordMergeGroup(trx, group, { number: 1 }));
    expect(await unpublished()).toEqual([group.headSha]);
    await publishCheckRun(deps, group);
    expect(await unpublished()).toEqual([]);
  });

  it('finds words that time has changed', async () => {
    const pull = await openPull({ created_at: new Date(Date.now() - 30 * 60_000).toISOString() });
    await publishCheckRun(deps, pull);
    expect(await unpublished()).toEqual([]);
    await query(sql`update published_check_runs set refresh_at = now() - interval '1 second'`);
    expect(await unpublished()).toEqual([pull.headSha]);
  });

  it('finds what waits for a deployment when the last one failed, and when it did not', async () => {
    const merged_at = new Date(Date.now() - 3 * 3_600_000).toISOString();
    const pull = await openPull({ state: 'merged', merge_commit_sha: 'c'.repeat(40), merged_at, base_ref: 'next' });
    await store(deployed(11, 'd'.repeat(40), new Date(Date.now() - 2.5 * 3_600_000).toISOString()));
    await recomputeTouched(db, tenantId);
    await publishCheckRun(deps, pull);
    expect(await unpublished()).toEqual([]);
    const created_at = new Date(Date.now() - 3_600_000).toISOString();
    const failure = statusFact(repository.id, 12, { id: 12, state: 'failure', created_at });
    await store({
      deployments: [deploymentFact(repository.id, 12, { sha: 'd'.repeat(40), created_at })],
      deployment_statuses: [failure],
    });
    await recomputeTouched(db, tenantId);
    expect(await unpublished()).toEqual([pull.headSha]);
    await publishCheckRun(deps, pull);
    expect(runsOn(pull)[0]?.output.summary).toContain('it failed, and has not recovered');
    expect(await unpublished()).toEqual([]);
    await store(deployed(13, 'd'.repeat(40), new Date(Date.now() - 1_800_000).toISOString()));
    await recomputeTouched(db, tenantId);
    expect(await unpublished()).toEqual([pull.headSha]);
  });

  it('finds what a deployment has made of a merged one', async () => {
    const merged = { state: 'merged', merge_commit_sha: 'a'.repeat(40), merged_at: '2026-03-01T10:00:00.000Z' };
    const pull = await openPull(merged);
    await recomputeTouched(db, tenantId);
    await publishCheckRun(deps, pull);
    expect(await unpublished()).toEqual([]);
    await store(
      deployed(1, 'b'.repeat(40), '2026-03-01T09:00:00.000Z'),
      deployed(2, 'a'.repeat(40), '2026-03-01T11:00:00.000Z'),
    );
    await recomputeTouched(db, tenantId);
    expect(await unpublished()).toEqual([pull.headSha]);
  });
});
