import fc from 'fast-check';
import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import type { Facts } from '../../src/facts/facts.ts';
import { pullRequestCommitFacts } from '../../src/facts/pull-request-commits.ts';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { inAnyOrder } from '../support/any-order.ts';
import { repositoryFact, SEEN_AT, storeFacts } from '../support/api.ts';
import { type History, makeHistory, steps } from '../support/arbitrary-history.ts';
import { createTestDatabase } from '../support/database.ts';
import { readDerived, recomputedRows, removeDerived } from '../support/derived-rows.ts';
import { removeRows } from '../support/rows.ts';
import { commitFact, defaultBranchFact, deploymentFact, pullFact, statusFact } from '../support/sample-facts.ts';

const { db } = await createTestDatabase();
const [ACME, SHOP] = [4_711, 11];

beforeEach(clear);

async function clear(): Promise<void> {
  await removeRows(db, ACME);
  await removeDerived(db, ACME);
}

const minute = (count: number) => new Date(Date.UTC(2026, 0, 1) + count * 60_000).toISOString();

interface Committed {
  readonly parents?: readonly string[];
  readonly headline?: string;
  readonly at?: string;
}

function committed(sha: string, { parents, headline = sha, at = minute(0) }: Committed): Facts {
  const fact = commitFact(SHOP, sha, { message_headline: headline, authored_at: at, committed_at: at });
  const counts = { additions: 1, deletions: 0, changed_files: 1 };
  return { commits: [{ ...fact, ...(parents && { detailed: { at: SEEN_AT, parents: [...parents], ...counts } }) }] };
}

function merged(
  number: number,
  { head, merge, seen = SEEN_AT }: { head: string; merge: string; seen?: string },
): Facts {
  const pull = pullFact(SHOP, number, {
    at: seen,
    state: 'merged',
    head_sha: head,
    merge_commit_sha: merge,
    created_at: minute(0),
    merged_at: minute(0),
  });
  return { pull_requests: [pull] };
}

const listed = (number: number, shas: readonly string[]): Facts =>
  pullRequestCommitFacts({ repository_id: SHOP, number, shas: [...shas], at: SEEN_AT });

function branch(name: string, sha: string | null, at = SEEN_AT): Facts {
  const deleted_at = sha === null ? at : null;
  return {
    branches: [{ repository_id: SHOP, name, observed: { at, rank: sha === null ? 2 : 1, head_sha: sha, deleted_at } }],
  };
}

const tag = (name: string, sha: string): Facts => ({
  tags: [{ repository_id: SHOP, name, observed: { at: SEEN_AT, sha, deleted_at: null } }],
});

function deployed(id: number, sha: string, environment = 'production'): Facts {
  const created_at = new Date(Date.UTC(2026, 5, 1) + id * 3_600_000).toISOString();
  return {
    deployments: [deploymentFact(SHOP, id, { sha, environment, created_at })],
    deployment_statuses: [statusFact(SHOP, id, { id, state: 'success', created_at })],
  };
}

async function store(...facts: Facts[]): Promise<void> {
  await storeFacts(db, ACME, 'acme', repositoryFact(SHOP, 'acme/shop'), defaultBranchFact(SHOP), ...facts);
}

interface Standing {
  readonly head: string;
  readonly rule: string | null;
  readonly shipped: string[];
}

async function readStandings(): Promise<Record<string, Standing>> {
  const { rows } = await withTenant(db, ACME, (trx) =>
    sql<Standing & { id: string }>`
      select d.deployment_id::text as id, d.head_sha as head, case when d.off_branch then d.match_rule end as rule, array(
        select m.sha from shipped_commits m
        where m.tenant_id = ${ACME} and m.repository_id = ${SHOP} and m.environment = d.environment
          and m.deployment_id = d.deployment_id order by 1) as shipped
      from production_deployments d where d.tenant_id = ${ACME} and d.repository_id = ${SHOP}`.execute(trx),
  );
  return Object.fromEntries(rows.map(({ id, ...standing }) => [id, standing]));
}

const standingOf = async (id: number) => (await readStandings())[id];

async function listChanges(): Promise<string[]> {
  const { rows } = await withTenant(db, ACME, (trx) =>
    sql<{ text: string }>`
      select concat_ws(' ', deployment_id, '#' || number, sha, rule) as text from deployment_changes
      where tenant_id = ${ACME} and is_change order by 1`.execute(trx),
  );
  return rows.map(({ text }) => text);
}

/** `a` is deployed first; a branch from it has `x`, which is squashed as `s` behind `b`; `c` comes after it. */
const shop = (headline = 'x'): Facts[] => [
  committed('a', { parents: [] }),
  committed('b', { parents: ['a'], at: minute(1) }),
  committed('x', { parents: ['a'], headline, at: minute(2) }),
  committed('s', { parents: ['b'], headline: 'Work (#7)', at: minute(3) }),
  committed('c', { parents: ['s'], at: minute(4) }),
  branch('main', 'c'),
  merged(7, { head: 'x', merge: 's' }),
  listed(7, ['x']),
  deployed(1, 'a'),
  deployed(2, 'x'),
  deployed(3, 'c'),
];

describe('a deployment of a commit that no branch has', () => {
  it('stands for the merge of the pull request that it is the head of, and its neighbours ship the rest', async () => {
    await store(...shop());
    await recomputeTouched(db, ACME);
    expect(await readStandings()).toEqual({
      1: { head: 'a', rule: null, shipped: ['a'] },
      2: { head: 's', rule: 'head_of_pull_request', shipped: ['b', 's'] },
      3: { head: 'c', rule: null, shipped: ['c'] },
    });
    expect(await listChanges()).toEqual(['2 #0 b direct', '2 #7 s head_of_pull_request', '3 #0 c direct']);
  });

  it('stands for itself as long as a branch has it, and for the merge when that is gone', async () => {
    await store(...shop(), branch('topic', 'x', minute(5)));
    await recomputeTouched(db, ACME);
    expect(await readStandings()).toMatchObject({ 2: { head: 'x', rule: null }, 3: { shipped: ['b', 'c', 's'] } });
    await store(branch('topic', null, minute(6)));
    await recomputeTouched(db, ACME);
    expect(await readStandings()).toMatchObject({ 2: { head: 's', shipped: ['b', 's'] }, 3: { shipped: ['c'] } });
  });

  it.each(['Work (#7)', 'Merge pull request #7 from acme/topic'])(
    'stands for the pull request that its headline names: %s',
    async (headline) => {
      await store(...shop(), committed('y', { parents: ['a'], headline, at: minute(2) }), deployed(4, 'y'));
      await recomputeTouched(db, ACME);
      expect(await standingOf(4)).toMatchObject({ head: 's', rule: 'number_in_headline' });
    },
  );

  it('stands for itself while a tag has it', async () => {
    await store(...shop(), tag('v1', 'x'));
    await recomputeTouched(db, ACME);
    expect(await standingOf(2)).toMatchObject({ head: 'x', rule: null });
  });

  it('stands for itself where the pull request is not merged to the default branch', async () => {
    await store(...shop(), merged(7, { head: 'x', merge: 'elsewhere', seen: minute(400_000) }));
    await recomputeTouched(db, ACME);
    expect(await standingOf(2)).toMatchObject({ head: 'x', rule: null });
  });

  it('stays as it is while a gap may hide it, and follows when that is closed', async () => {
    await store(...shop(), committed('d', { at: minute(9) }), branch('main', 'd', minute(9)));
    await recomputeTouched(db, ACME);
    expect(await standingOf(2)).toMatchObject({ head: 'x', rule: null });
    await store(committed('d', { parents: ['c'], at: minute(9) }));
    await recomputeTouched(db, ACME);
    expect(await standingOf(2)).toMatchObject({ head: 's' });
    await store(committed('e', { at: minute(10) }), branch('main', 'e', minute(10)));
    await recomputeTouched(db, ACME);
    expect(await standingOf(2)).toMatchObject({ head: 's' });
  });

  it('stands for the commit with the same patch where git has found one', async () => {
    await store(...shop(), committed('y', { parents: ['a'], at: minute(2) }), deployed(4, 'y'));
    await recomputeTouched(db, ACME);
    expect(await standingOf(4)).toMatchObject({ head: 'y', rule: null });
    await withTenant(db, ACME, async (trx) => {
      await sql`
        insert into patch_matches (tenant_id, repository_id, sha, match_sha, default_head)
        values (${ACME}, ${SHOP}, 'y', 'c', 'c')`.execute(trx);
      await sql`insert into touched_facts (tenant_id, repository_id, commits) values (${ACME}, ${SHOP}, '{y}')`.execute(
        trx,
      );
    });
    await recomputeTouched(db, ACME);
    expect(await standingOf(4)).toMatchObject({ head: 'c', rule: 'patch_id' });
    await withTenant(db, ACME, (trx) => sql`delete from patch_matches where tenant_id = ${ACME}`.execute(trx));
  });
});

function factsOf({ commits, pulls, refs }: History): Facts[] {
  return [
    ...commits.map(({ sha, time, ...commit }) =>
      committed(sha, { ...commit, at: new Date(time * 1_000).toISOString() }),
    ),
    ...pulls.flatMap(({ number, head, merged: merge, commits: shas }) => [
      merged(number, { head, merge }),
      listed(number, shas),
    ]),
    ...[...refs].map(([ref, sha]) =>
      ref.startsWith('refs/tags/')
        ? tag(ref.slice('refs/tags/'.length), sha)
        : branch(ref.slice('refs/heads/'.length), sha),
    ),
  ];
}

/** By the definition, from git: the commit itself if a ref has it, else the merge that the default branch has. */
function expectedHead({ repository, commits, pulls }: History, sha: string): string {
  if (repository.git('for-each-ref', `--contains=${sha}`, 'refs/heads', 'refs/tags') !== '') return sha;
  if (pulls.some(({ merged: merge }) => merge === sha)) return sha;
  const headline = commits.find((commit) => commit.sha === sha)?.headline ?? '';
  const named = /^Merge pull request #(\d+) from |\(#(\d+)\)$/.exec(headline);
  const number = Number(named?.[1] ?? named?.[2] ?? 0);
  const pull = pulls.find(({ head }) => head === sha) ?? pulls.find((one) => one.number === number);
  return pull && repository.git('rev-list', 'refs/heads/main').includes(pull.merged) ? pull.merged : sha;
}

function revList({ repository }: History, ...args: string[]): string[] {
  const shas = repository.git('rev-list', ...args).split('\n');
  return shas.filter((sha) => sha !== '').toSorted();
}

describe('the commits that deployments ship', () => {
  it('are what git lists between what neighbours stand for, for any repository and any order of arrival', async () => {
    const deployments = fc.array(fc.tuple(fc.nat(), fc.constantFrom('production', 'prod-eu')), {
      minLength: 2,
      maxLength: 9,
    });
    const property = fc.asyncProperty(steps, deployments, fc.infiniteStream(fc.nat()), async (taken, picks, random) => {
      await clear();
      const history = makeHistory(taken);
      const chain = picks.map(([pick, environment], index) => {
        const { sha } = history.commits[pick % history.commits.length] ?? { sha: '' };
        return { id: index + 1, sha, environment, head: expectedHead(history, sha) };
      });
      const facts = [...factsOf(history), ...chain.map(({ id, sha, environment }) => deployed(id, sha, environment))];
      for (const batch of inAnyOrder(facts, random)) {
        await store(...batch);
        if ((random.next().value ?? 0) % 3 === 0) await recomputeTouched(db, ACME);
      }
      await recomputeTouched(db, ACME);
      const found = await readStandings();
      for (const { id, head, environment } of chain) {
        const earlier = chain.filter((one) => one.id < id && one.environment === environment);
        const shipped = revList(history, head, '--not', ...earlier.map((one) => one.head));
        expect(found[id]).toMatchObject({ head, shipped });
      }
      const rows = await readDerived(db, ACME);
      expect(await recomputedRows(db, ACME)).toEqual([rows, rows]);
    });
    await fc.assert(property, { numRuns: 30, endOnFailure: true });
  }, 240_000);
});
