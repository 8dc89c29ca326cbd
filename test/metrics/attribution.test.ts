import fc from 'fast-check';
import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import type { Facts } from '../../src/facts/facts.ts';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { inAnyOrder } from '../support/any-order.ts';
import { repositoryFact, storeFacts } from '../support/api.ts';
import { createTestDatabase } from '../support/database.ts';
import { readDerived, recomputedRows, removeDerived } from '../support/derived-rows.ts';
import { GitRepository } from '../support/git-repository.ts';
import { removeRows } from '../support/rows.ts';
import { commitFact, deploymentFact, statusFact } from '../support/sample-facts.ts';

const { db } = await createTestDatabase();
const [ACME, SHOP] = [4_711, 11];

async function clear(): Promise<void> {
  await removeRows(db, ACME);
  await removeDerived(db, ACME);
}
beforeEach(clear);

function detailedCommit(sha: string, parents: string[]): Facts {
  const fact = commitFact(SHOP, sha);
  const counts = { additions: 1, deletions: 0, changed_files: 1 };
  return { commits: [{ ...fact, detailed: { at: fact.observed.at, parents, ...counts } }] };
}

function deployment(id: number, sha: string, hour: number, environment = 'production'): Facts {
  const created_at = new Date(Date.UTC(2026, 2, 1, hour)).toISOString();
  return {
    deployments: [deploymentFact(SHOP, id, { sha, environment, created_at })],
    deployment_statuses: [statusFact(SHOP, id, { id, state: 'success', created_at })],
  };
}

/** Every commit of a repository, as git lists them. */
function commitsOf(repository: GitRepository): Facts[] {
  return repository
    .git('log', '--all', '--format=%H %P')
    .split('\n')
    .map((line) => {
      const [sha = '', ...parents] = line.split(' ').filter((part) => part !== '');
      return detailedCommit(sha, parents);
    });
}

async function store(...facts: Facts[]): Promise<void> {
  await storeFacts(db, ACME, 'acme', repositoryFact(SHOP, 'acme/shop'), ...facts);
}

/** The commits that each deployment is the first of its chain to reach. */
async function listShipped(environment = 'production'): Promise<Record<string, string[]>> {
  const { rows } = await withTenant(db, ACME, (trx) =>
    sql<{ id: string; shas: string[] }>`
      select d.deployment_id::text as id, array(
        select m.sha from shipped_commits m
        where m.tenant_id = ${ACME} and m.repository_id = ${SHOP} and m.environment = ${environment}
          and m.deployment_id = d.deployment_id order by 1) as shas
      from production_deployments d where d.tenant_id = ${ACME} and d.environment = ${environment}`.execute(trx),
  );
  return Object.fromEntries(rows.map(({ id, shas }) => [id, shas]));
}

function revList(repository: GitRepository, ...args: string[]): string[] {
  return repository
    .git('rev-list', ...args)
    .split('\n')
    .filter((sha) => sha !== '')
    .toSorted();
}

/** Any history: each commit has one to three parents among those before it. */
const history = fc.array(fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 25 });

function buildHistory(choices: readonly number[][]): { repository: GitRepository; names: string[] } {
  const repository = new GitRepository().commit('c0', { files: {} });
  const names = ['c0'];
  for (const choice of choices) {
    const name = `c${names.length}`;
    // Mostly the latest ones, so that there are long lines and short branches.
    const parents = [...new Set(choice.map((n) => names[Math.max(0, names.length - 1 - (n % 4))] ?? 'c0'))];
    repository.commit(name, { parents, files: {} });
    names.push(name);
  }
  for (const [index, name] of names.entries()) repository.build(name, `b${index}`);
  return { repository, names };
}

/** By the definition, with every commit's ancestors at hand: a rollback, and what it blames. */
function expectedRollbacks(chain: readonly { sha: string; has: readonly string[] }[]): Record<string, number> {
  const rollbacks: Record<string, number> = {};
  for (const [index, { sha, has }] of chain.entries()) {
    const predecessor = chain[index - 1];
    if (!predecessor || predecessor.sha === sha || !predecessor.has.includes(sha)) continue;
    const last = chain.slice(0, index).findLastIndex((earlier) => has.includes(earlier.sha));
    rollbacks[index + 1] = last + 2;
  }
  return rollbacks;
}

async function listRollbacks(): Promise<Record<string, number>> {
  const { rows } = await withTenant(db, ACME, (trx) =>
    sql<{ id: string; blamed: number }>`
      select deployment_id::text as id, rollback_of as blamed from production_deployments
      where tenant_id = ${ACME} and rollback_of is not null`.execute(trx),
  );
  return Object.fromEntries(rows.map(({ id, blamed }) => [id, blamed]));
}

describe('attribution', () => {
  it('is what git lists, for any history, any deployments and any order of arrival', async () => {
    const deployments = fc.array(fc.nat(), { minLength: 1, maxLength: 6 });
    const property = fc.asyncProperty(history, deployments, fc.infiniteStream(fc.nat()), async (dag, picks, random) => {
      await clear();
      const { repository, names } = buildHistory(dag);
      const shas = picks.map((pick) => repository.sha(names[pick % names.length] ?? 'c0'));
      const facts = [...commitsOf(repository), ...shas.map((sha, index) => deployment(index + 1, sha, index))];
      for (const batch of inAnyOrder(facts, random)) {
        await store(...batch);
        if ((random.next().value ?? 0) % 2 === 0) await recomputeTouched(db, ACME);
      }
      await recomputeTouched(db, ACME);
      const expected = shas.map((sha, index) => [
        String(index + 1),
        revList(repository, sha, '--not', ...shas.slice(0, index)),
      ]);
      expect(await listShipped()).toEqual(Object.fromEntries(expected));
      expect(await listRollbacks()).toEqual(
        expectedRollbacks(shas.map((sha) => ({ sha, has: revList(repository, sha) }))),
      );
      const rows = await readDerived(db, ACME);
      expect(await recomputedRows(db, ACME)).toEqual([rows, rows]);
    });
    await fc.assert(property, { numRuns: 12, endOnFailure: true });
  }, 120_000);

  it('gives each chain its own commits, and each change one first deployment', async () => {
    await store(...['a', 'b', 'c'].map((sha, i) => detailedCommit(sha, i === 0 ? [] : [['a', 'b', 'c'][i - 1] ?? ''])));
    await store(deployment(1, 'a', 1, 'prod-eu'), deployment(2, 'a', 2, 'prod-us'));
    await store(deployment(3, 'b', 3, 'prod-us'), deployment(4, 'c', 4, 'prod-eu'), deployment(5, 'c', 5, 'prod-us'));
    await recomputeTouched(db, ACME);
    expect(await listShipped('prod-eu')).toEqual({ 1: ['a'], 4: ['b', 'c'] });
    expect(await listShipped('prod-us')).toEqual({ 2: ['a'], 3: ['b'], 5: ['c'] });
    expect(await listStandings()).toEqual(['3 b first', '4 b later', '4 c first', '5 c later']);
  });

  it('follows a deployment whose outcome changes, and those after it', async () => {
    await store(detailedCommit('a', []), detailedCommit('b', ['a']), detailedCommit('c', ['b']));
    await store(deployment(1, 'a', 1), deployment(2, 'b', 2), deployment(3, 'c', 3));
    await recomputeTouched(db, ACME);
    expect(await listShipped()).toEqual({ 1: ['a'], 2: ['b'], 3: ['c'] });
    const earlier = new Date(Date.UTC(2026, 2, 1, 0)).toISOString();
    await store({ deployment_statuses: [statusFact(SHOP, 3, { id: 30, state: 'success', created_at: earlier })] });
    await recomputeTouched(db, ACME);
    expect(await listShipped()).toEqual({ 1: [], 2: [], 3: ['a', 'b', 'c'] });
  });

  it('goes on behind a gap when its parents come, for the first deployment that reaches them', async () => {
    await store(detailedCommit('a', []), detailedCommit('d', ['c']), { commits: [commitFact(SHOP, 'c')] });
    await store(deployment(1, 'a', 1), deployment(2, 'd', 2));
    await recomputeTouched(db, ACME);
    expect(await listShipped()).toEqual({ 1: ['a'], 2: ['c', 'd'] });
    await store(detailedCommit('c', ['b']));
    await recomputeTouched(db, ACME);
    expect(await listShipped()).toEqual({ 1: ['a'], 2: ['b', 'c', 'd'] });
    await store(detailedCommit('b', ['a']));
    await recomputeTouched(db, ACME);
    expect(await listShipped()).toEqual({ 1: ['a'], 2: ['b', 'c', 'd'] });
  });

  it('touches nothing of another repository', async () => {
    await store(detailedCommit('a', []), detailedCommit('b', ['a']), deployment(1, 'a', 1), deployment(2, 'b', 2));
    await recomputeTouched(db, ACME);
    const rows = await readDerived(db, ACME);
    await store(repositoryFact(12, 'acme/other'), { commits: [commitFact(12, 'z')] });
    await recomputeTouched(db, ACME);
    const others = { deployment_sources: expect.arrayContaining(rows['deployment_sources'] ?? []) };
    expect(await readDerived(db, ACME)).toEqual({ ...rows, ...others });
  });
});

async function listStandings(): Promise<string[]> {
  const { rows } = await withTenant(db, ACME, (trx) =>
    sql<{ text: string }>`
      select concat_ws(' ', deployment_id, sha, standing) as text from deployment_changes
      where tenant_id = ${ACME} order by 1`.execute(trx),
  );
  return rows.map(({ text }) => text);
}
