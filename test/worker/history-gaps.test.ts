import { sql } from 'kysely';
import { beforeEach, expect, it } from 'vitest';
import { createLogger } from '../../src/logging.ts';
import { recomputeAll, recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { createCompare } from '../../src/sync/compared-commits.ts';
import { HistoryGaps } from '../../src/worker/history-gaps.ts';
import { storeFacts } from '../support/api.ts';
import { removeDerived } from '../support/derived-rows.ts';
import { createOrganizationSync } from '../support/organization-sync.ts';
import { commitFact, deploymentFact, statusFact } from '../support/sample-facts.ts';

const { db, github, standIn, organization, query } = await createOrganizationSync({ repositories: 1, commits: 260 });
const tenantId = organization.id;
const [repository] = organization.repositories;
if (!repository) throw new Error('no repository');
const log = createLogger({ level: 'silent', format: 'json' });
const compare = createCompare(db, github);

/** Newest first. */
const history = repository.history(repository.branches.get(repository.defaultBranch) ?? '');
const [head, base] = [history[0]?.sha ?? '', history.at(-1)?.sha ?? ''];

function deployment(id: number, sha: string) {
  const created_at = new Date(Date.UTC(2026, 2, id)).toISOString();
  return {
    commits: [commitFact(repository?.id ?? 0, sha)],
    deployments: [deploymentFact(repository?.id ?? 0, id, { sha, created_at })],
    deployment_statuses: [statusFact(repository?.id ?? 0, id, { id, state: 'success', created_at })],
  };
}

const isComparison = ({ path }: { path: string }) => path.includes('/compare/');
const countComparisons = () => standIn.requests.filter(isComparison).length;

async function listShipped(): Promise<string[]> {
  const rows = await query(sql<{ sha: string }>`
    select sha from shipped_commits where tenant_id = ${tenantId} and deployment_id = 2 order by 1`);
  return rows.map(({ sha }) => sha);
}

beforeEach(async () => {
  standIn.clearFaults();
  await query(sql`delete from commits where tenant_id = ${tenantId}`);
  await query(sql`delete from deployments where tenant_id = ${tenantId}`);
  await removeDerived(db, tenantId);
  await storeFacts(db, tenantId, organization.login, deployment(1, base), deployment(2, head));
  await recomputeTouched(db, tenantId);
});

it('reads every page of GitHub’s comparison, with parents and line counts, once', async () => {
  const gaps = new HistoryGaps(db, { compare, log });
  const before = countComparisons();
  expect(await gaps.fill(tenantId)).toBe(true);
  await recomputeTouched(db, tenantId);
  const between = history.filter(({ sha }) => sha !== base);
  expect(between.length).toBeGreaterThan(200);
  expect(await listShipped()).toEqual(between.map(({ sha }) => sha).toSorted());
  const counted = await query(sql`
    select sha from commits where tenant_id = ${tenantId} and parents is not null and additions is not null`);
  expect(counted).toHaveLength(between.length);
  expect(countComparisons() - before).toBe(Math.ceil(between.length / 100));
  expect(await gaps.fill(tenantId)).toBe(false);
  expect(countComparisons() - before).toBe(Math.ceil(between.length / 100));
  expect(standIn.violations).toEqual([]);
});

it('asks again later where GitHub did not answer', async () => {
  let now = Date.now();
  const gaps = new HistoryGaps(db, { compare, log, now: () => now });
  standIn.fault({ trouble: { kind: 'status', status: 502 }, when: isComparison, times: 10 });
  expect(await gaps.fill(tenantId)).toBe(false);
  standIn.clearFaults();
  const asked = countComparisons();
  expect([gaps.isDue(tenantId), await gaps.fill(tenantId)]).toEqual([false, false]);
  expect(countComparisons()).toBe(asked);
  now += 10 * 60_000;
  expect([gaps.isDue(tenantId), await gaps.fill(tenantId)]).toEqual([true, true]);
  expect(gaps.isDue(tenantId)).toBe(false);
});

it('does not ask again for what GitHub does not know', async () => {
  let now = Date.now();
  const gaps = new HistoryGaps(db, { compare, log, now: () => now });
  standIn.fault({ trouble: { kind: 'status', status: 404 }, when: isComparison });
  expect(await gaps.fill(tenantId)).toBe(false);
  now += 10 * 60_000;
  expect([gaps.isDue(tenantId), await gaps.fill(tenantId)]).toEqual([false, false]);
});

it('reads a first deployment of which nothing is known: it keeps what it has from being shipped by the next', async () => {
  const [latest, forked] = [history[0], history[20]];
  if (!latest || !forked) throw new Error('too short a history');
  const text = { author: latest.author, committer: latest.committer, message: 'Elsewhere', content: 'elsewhere' };
  const elsewhere = repository.addCommit(
    { ...text, parents: [forked.sha] },
    { additions: 1, deletions: 0, changedFiles: 1 },
  );
  await new HistoryGaps(db, { compare, log }).fill(tenantId);
  await storeFacts(db, tenantId, organization.login, deployment(0, elsewhere.sha));
  await query(sql`delete from commits where tenant_id = ${tenantId} and sha = ${elsewhere.sha}`);
  await query(
    sql`update deployment_statuses set state = 'inactive' where tenant_id = ${tenantId} and deployment_id = 1`,
  );
  await removeDerived(db, tenantId);
  await recomputeAll(db, tenantId);
  expect((await listShipped()).length).toBeGreaterThan(200);
  expect(await new HistoryGaps(db, { compare, log }).fill(tenantId)).toBe(true);
  await recomputeTouched(db, tenantId);
  expect(await listShipped()).toEqual(
    history
      .slice(0, 20)
      .map(({ sha }) => sha)
      .toSorted(),
  );
});
