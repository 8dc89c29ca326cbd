import { beforeEach, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import type { Facts } from '../../src/facts/facts.ts';
import { saveDefinition } from '../../src/metrics/definition.ts';
import { recomputeAll, recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { pullRequestCommitFacts } from '../../src/facts/pull-request-commits.ts';
import { repositoryFact, SEEN_AT, storeFacts } from '../support/api.ts';
import { createTestDatabase } from '../support/database.ts';
import { readDerived, removeDerived } from '../support/derived-rows.ts';
import { removeRows } from '../support/rows.ts';
import { commitFact, deploymentFact, pullFact, statusFact } from '../support/sample-facts.ts';

const { db } = await createTestDatabase();
const [ACME, SHOP, ANN, ROB] = [4_711, 11, 7, 8];
const time = (hour: number) => new Date(Date.parse(SEEN_AT) + hour * 3_600_000).toISOString();

async function tell(...facts: Facts[]): Promise<void> {
  await storeFacts(db, ACME, 'acme', ...facts);
  await recomputeTouched(db, ACME);
}

function account(login: string, { hour, type = 'User' }: { hour: number; type?: string }): Facts {
  return { contributors: [{ contributor_id: ROB, observed: { at: time(hour), login, name: null, type } }] };
}

const merged: Facts = {
  pull_requests: [
    pullFact(SHOP, 2, {
      state: 'merged',
      author_id: ANN,
      created_at: SEEN_AT,
      merged_at: time(2),
      merge_commit_sha: 'm',
    }),
  ],
};
const review: Facts = {
  reviews: [
    {
      repository_id: SHOP,
      review_id: 5,
      observed: { at: SEEN_AT, number: 2, author_id: ROB, state: 'approved', submitted_at: time(1), commit_sha: null },
    },
  ],
};
const comment = { repository_id: SHOP, comment_id: 6, kind: 'review' };
const commented: Facts = {
  comments: [
    {
      ...comment,
      observed: { at: SEEN_AT, number: 2, author_id: ROB, created_at: time(1), commit_sha: null, review_id: null },
    },
  ],
};

async function countReviewed(): Promise<number> {
  const before = await readDerived(db, ACME);
  const { tables } = await recomputeAll(db, ACME);
  expect(tables.filter(({ differed }) => differed)).toEqual([]);
  expect(await readDerived(db, ACME)).toEqual(before);
  return withTenant(db, ACME, async (trx) => {
    const rows = await trx.selectFrom('merged_pull_requests').select('first_review_at').execute();
    expect(rows).toHaveLength(1);
    return rows.filter(({ first_review_at }) => first_review_at !== null).length;
  });
}

/** Of the pull request, and of its deployment. */
function readStart(): Promise<(string | null)[]> {
  return withTenant(db, ACME, async (trx) => {
    const [pull] = await trx.selectFrom('merged_pull_requests').select('first_commit_at').execute();
    const changes = trx.selectFrom('deployment_changes').select('started_at').where('number', '=', 2);
    const [change] = await changes.execute();
    return [pull?.first_commit_at, change?.started_at].map((at) => at?.toISOString() ?? null);
  });
}

beforeEach(async () => {
  await removeRows(db, ACME);
  await removeDerived(db, ACME);
  await tell(repositoryFact(SHOP, 'acme/shop'), merged);
});

it('counts no review of an account that is told of later, and is a bot', async () => {
  await tell(review);
  expect(await countReviewed()).toBe(1);
  await tell(account('rob', { hour: 1, type: 'Bot' }));
  expect(await countReviewed()).toBe(0);
  await tell(account('rob', { hour: 2 }));
  expect(await countReviewed()).toBe(1);
});

it('counts no review of an account while its login is one that the definition has as a bot', async () => {
  const place = { tenantId: ACME, repositoryId: SHOP };
  await withTenant(db, ACME, (trx) => saveDefinition(trx, place, { bots: ['helper'] }));
  await tell(account('rob', { hour: 1 }), review);
  expect(await countReviewed()).toBe(1);
  await tell(account('Helper', { hour: 2 }));
  expect(await countReviewed()).toBe(0);
  await tell(account('rob', { hour: 3 }));
  expect(await countReviewed()).toBe(1);
});

it('notes nothing where an account is told of as it was, or as it was before', async () => {
  const countTouched = () =>
    withTenant(
      db,
      ACME,
      async (trx) => (await trx.selectFrom('touched_facts').select('repository_id').execute()).length,
    );
  await tell(account('rob', { hour: 2, type: 'Bot' }), review);
  await storeFacts(db, ACME, 'acme', account('rob', { hour: 3, type: 'Bot' }), account('rob', { hour: 1 }));
  expect(await countTouched()).toBe(0);
  await storeFacts(db, ACME, 'acme', account('rob', { hour: 4 }));
  expect(await countTouched()).toBe(1);
});

it('counts no comment of which no more is told than that it is deleted', async () => {
  await tell(commented);
  expect(await countReviewed()).toBe(1);
  await tell({ comments: [{ ...comment, deleted_at: time(5) }] });
  expect(await countReviewed()).toBe(0);
});

it('does not know when work began of which one commit was never told', async () => {
  const told = (sha: string, parents: string[]): Facts => ({
    commits: [
      { ...commitFact(SHOP, sha), detailed: { at: SEEN_AT, additions: 1, deletions: 0, changed_files: 1, parents } },
    ],
  });
  const deployed = (id: number, { sha, hour }: { sha: string; hour: number }): Facts => ({
    deployments: [deploymentFact(SHOP, id, { sha, created_at: time(hour) })],
    deployment_statuses: [statusFact(SHOP, id, { id, state: 'success', created_at: time(hour) })],
  });
  await tell(
    told('a', []),
    told('m', ['a']),
    told('x', ['a']),
    deployed(1, { sha: 'a', hour: 0 }),
    deployed(2, { sha: 'm', hour: 3 }),
    pullRequestCommitFacts({ repository_id: SHOP, number: 2, shas: ['x', 'y'], at: SEEN_AT }),
  );
  expect(await readStart()).toEqual([null, null]);
  await tell(told('y', ['x']));
  expect((await readStart()).every((at) => at !== null)).toBe(true);
  expect(await countReviewed()).toBe(0);
});
