import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { beforeEach, expect, it } from 'vitest';
import type { Facts } from '../../src/facts/facts.ts';
import { createLogger } from '../../src/logging.ts';
import { ConfigError } from '../../src/errors.ts';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { sendRecomputeMetrics } from '../../src/queue.ts';
import { createReadPatchId } from '../../src/sync/commit-patches.ts';
import { startMetricJobs } from '../../src/worker/metric-jobs.ts';
import { PatchMatches } from '../../src/worker/patch-matches.ts';
import { storeFacts } from '../support/api.ts';
import { removeDerived } from '../support/derived-rows.ts';
import type { Commit } from '../support/github/truth/work.ts';
import { createOrganizationSync } from '../support/organization-sync.ts';
import { commitFact, defaultBranchFact, deploymentFact, statusFact } from '../support/sample-facts.ts';

const { db, queue, github, standIn, organization, query } = await createOrganizationSync({ repositories: 1 });
const tenantId = organization.id;
const [repository] = organization.repositories;
if (!repository) throw new Error('no repository');
const { id: repositoryId } = repository;
const log = createLogger({ level: 'silent', format: 'json' });
const readPatchId = createReadPatchId(db, github);

const START = Date.now() - 30 * 86_400_000;
const minute = (count: number) => new Date(Math.floor(START / 1_000) * 1_000 + count * 60_000).toISOString();
const seenAt = new Date().toISOString();

/** Thirty lines of which some are others. */
const lines = (changed: Readonly<Record<number, string>>) =>
  Array.from({ length: 30 }, (_, index) => `${changed[index] ?? `line ${index}`}\n`).join('');

function commit(name: string, { on, at, content }: { on?: Commit; at: number; content: string }): Commit {
  const person = { name: 'Ann', email: 'ann@acme.example' };
  const text = {
    author: { ...person, at: minute(1) },
    committer: { ...person, at: minute(at) },
    message: name,
    content,
  };
  const size = { additions: 1, deletions: 1, changedFiles: 1 };
  if (!repository) throw new Error('no repository');
  return repository.addCommit({ ...text, parents: on ? [on.sha] : [] }, size);
}

const root = commit('root', { at: 0, content: lines({}) });
const other = commit('other', { on: root, at: 2, content: lines({ 28: 'other' }) });
const picked = commit('picked', { on: other, at: 4, content: lines({ 28: 'other', 2: 'changed' }) });
const next = commit('next', { on: picked, at: 6, content: lines({ 28: 'next', 2: 'changed' }) });
/** Of which `picked` is a copy. */
const deployed = commit('deployed', { on: root, at: 3, content: lines({ 2: 'changed' }) });
const lookalike = commit('lookalike', { on: root, at: 3, content: lines({ 2: 'something else' }) });

function storedCommit({ sha, parents, additions, deletions, changedFiles, author, committer, message }: Commit) {
  const times = { authored_at: author.at, committed_at: committer.at, message_headline: message };
  const detailed = { at: seenAt, parents: [...parents], additions, deletions, changed_files: changedFiles };
  return { ...commitFact(repositoryId, sha, times), detailed };
}

function deployment(id: number, { sha }: Commit): Facts {
  const created_at = minute(id);
  return {
    deployments: [deploymentFact(repositoryId, id, { sha, created_at, ref: sha })],
    deployment_statuses: [statusFact(repositoryId, id, { id, state: 'success', created_at })],
  };
}

function main({ sha }: Commit, at = seenAt): Facts {
  return {
    branches: [{ repository_id: repositoryId, name: 'main', observed: { at, head_sha: sha, deleted_at: null } }],
  };
}

const store = (...facts: Facts[]) => storeFacts(db, tenantId, organization.login, ...facts);

const isCommit = ({ path }: { path: string }) => /\/commits\/\w+$/.test(path);
const listAsked = () => standIn.requests.filter(isCommit);
const namesOf = (paths: readonly { path: string }[]) =>
  paths.map(({ path }) => repository.commit(path.split('/').at(-1) ?? '').message);

async function listStandings(): Promise<string[]> {
  const rows = await query(sql<{ text: string }>`
    select concat_ws(' ', deployment_id, off_branch, match_rule, head_sha) as text from production_deployments
    where tenant_id = ${tenantId} order by deployment_id`);
  return rows.map(({ text }) => text);
}

const matched = [`10 f ${root.sha}`, `20 t patch_id ${picked.sha}`, `30 f ${lookalike.sha}`];

beforeEach(async () => {
  standIn.clearFaults();
  for (const table of ['commits', 'branches', 'deployments', 'deployment_statuses', 'patch_matches'])
    await query(sql`delete from ${sql.table(table)} where tenant_id = ${tenantId}`);
  await removeDerived(db, tenantId);
  await store(
    defaultBranchFact(repositoryId, { at: seenAt }),
    { commits: [root, other, picked, next, deployed, lookalike].map(storedCommit) },
    main(next),
    deployment(10, root),
    deployment(20, deployed),
    deployment(30, lookalike),
  );
});

it('has a deployment stand for the commit with its patch, and none for another of the same size', async () => {
  const jobs = await startMetricJobs({ db, queue, log, readPatchId });
  await db.transaction().execute((trx) => sendRecomputeMetrics(queue, trx, [tenantId]));
  await expect.poll(listStandings, { timeout: 20_000 }).toEqual(matched);
  await jobs.stop();
  expect(standIn.violations).toEqual([]);
});

it('asks for each patch once, whatever comes to the default branch', async () => {
  const matches = new PatchMatches(db, { readPatchId, log });
  await recomputeTouched(db, tenantId);
  const before = listAsked().length;
  expect(await matches.find(tenantId, [repositoryId])).toBe(true);
  expect(namesOf(listAsked().slice(before)).toSorted()).toEqual(['deployed', 'lookalike', 'next', 'other', 'picked']);
  await recomputeTouched(db, tenantId);
  expect(await listStandings()).toEqual(matched);
  expect([matches.isDue(tenantId), await matches.find(tenantId, [repositoryId])]).toEqual([false, false]);
  await store(main(picked, new Date(Date.now() + 1_000).toISOString()));
  await recomputeTouched(db, tenantId);
  expect(await matches.find(tenantId, [repositoryId])).toBe(false);
  expect(listAsked().length).toBe(before + 5);
  const looked = await query(sql<{ default_head: string; sha: string }>`
    select sha, default_head from patch_matches where tenant_id = ${tenantId} and match_sha is null`);
  expect(looked).toEqual([{ sha: lookalike.sha, default_head: picked.sha }]);
});

it('asks nothing where no other commit has this size', async () => {
  await query(sql`update commits set additions = 2 where tenant_id = ${tenantId} and sha = ${lookalike.sha}`);
  await query(sql`update commits set additions = 3 where tenant_id = ${tenantId} and sha = ${deployed.sha}`);
  await recomputeTouched(db, tenantId);
  const before = listAsked().length;
  expect(await new PatchMatches(db, { readPatchId, log }).find(tenantId, [repositoryId])).toBe(false);
  expect(listAsked().length).toBe(before);
  expect(await query(sql`select from patch_matches where tenant_id = ${tenantId} and match_sha is null`)).toHaveLength(
    2,
  );
});

it('goes on where a rate limit kept it from asking', async () => {
  const matches = new PatchMatches(db, { readPatchId, log });
  await recomputeTouched(db, tenantId);
  standIn.fault({ trouble: { kind: 'secondary-limit', retryAfter: 1 }, when: isCommit });
  expect(await matches.find(tenantId, [repositoryId])).toBe(false);
  expect(matches.isDue(tenantId)).toBe(false);
  expect(await query(sql`select from patch_matches where tenant_id = ${tenantId}`)).toEqual([]);
  while (!matches.isDue(tenantId)) await sleep(50);
  expect(await matches.find(tenantId, [])).toBe(true);
  await recomputeTouched(db, tenantId);
  expect(await listStandings()).toEqual(matched);
});

it('takes a commit that GitHub does not know for one without a match', async () => {
  const matches = new PatchMatches(db, { readPatchId, log });
  await recomputeTouched(db, tenantId);
  standIn.fault({ trouble: { kind: 'status', status: 404 }, when: ({ path }) => path.endsWith(deployed.sha) });
  expect(await matches.find(tenantId, [repositoryId])).toBe(false);
  expect(matches.isDue(tenantId)).toBe(false);
  expect(await query(sql`select from patch_matches where tenant_id = ${tenantId} and match_sha is null`)).toHaveLength(
    2,
  );
});

it('does not try again without git', async () => {
  let tried = 0;
  const withoutGit = () => {
    tried += 1;
    return Promise.reject(new ConfigError('git was not found.'));
  };
  const matches = new PatchMatches(db, { readPatchId: withoutGit, log });
  await recomputeTouched(db, tenantId);
  expect(await matches.find(tenantId, [repositoryId])).toBe(false);
  expect([matches.isDue(tenantId), await matches.find(tenantId, [repositoryId])]).toEqual([false, false]);
  expect(tried).toBe(1);
});
