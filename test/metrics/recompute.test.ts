import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import type { Facts } from '../../src/facts/facts.ts';
import { pullRequestCommitFacts } from '../../src/facts/pull-request-commits.ts';
import { type DerivedTable, derivedTables } from '../../src/metrics/derive/differences.ts';
import { type Recomputed, recomputeAll, recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { repositoryFact, SEEN_AT, storeFacts } from '../support/api.ts';
import { createTestDatabase } from '../support/database.ts';
import { readDerived } from '../support/derived-rows.ts';
import { goldenFacts } from '../support/golden-facts.ts';
import { goldenOwner, goldens } from '../support/golden.ts';
import { commitFact, defaultBranchFact, deploymentFact, pullFact, statusFact } from '../support/sample-facts.ts';
import { type Damage, listDamages } from '../support/vandalism.ts';

const { db } = await createTestDatabase();
const tenantId = goldenOwner.id;
const SIDE = 12;
const hour = (count: number) => new Date(Date.UTC(2026, 0, 1) + count * 3_600_000).toISOString();

interface Committed {
  readonly parents?: string[];
  readonly at: number;
  readonly headline?: string;
}

function committed(sha: string, { parents, at, headline = sha }: Committed): Facts {
  const fact = commitFact(SIDE, sha, { message_headline: headline, authored_at: hour(at), committed_at: hour(at) });
  const counts = { additions: 1, deletions: 0, changed_files: 1 };
  return { commits: [{ ...fact, ...(parents && { detailed: { at: SEEN_AT, parents, ...counts } }) }] };
}

function deployed(id: number, sha: string, environment = 'production'): Facts {
  const created_at = hour(100 + id);
  return {
    deployments: [deploymentFact(SIDE, id, { sha, environment, created_at })],
    deployment_statuses: [statusFact(SIDE, id, { id, state: 'success', created_at })],
  };
}

const branch = (name: string, head_sha: string) => ({
  repository_id: SIDE,
  name,
  observed: { at: SEEN_AT, rank: 1, head_sha, deleted_at: null },
});

const squashed = pullFact(SIDE, 7, {
  state: 'merged',
  head_sha: 'x',
  merge_commit_sha: 's',
  created_at: hour(1),
  merged_at: hour(4),
});
const reported = {
  at: SEEN_AT,
  title: 'Down',
  url: null,
  opened_at: hour(105),
  closed_at: hour(106),
  names_deployment: 4,
  names_pull: 7,
  names_sha: 'c',
};

/**
 * With a deployment that stands for a squash, one that a branch has, three chains, one of a commit that
 * nobody told of, and a gap behind the first commit.
 */
const side: Facts[] = [
  repositoryFact(SIDE, 'acme/side'),
  {
    ...defaultBranchFact(SIDE),
    branches: [branch('main', 'c'), branch('topic', 'y')],
    pull_requests: [
      { ...squashed, sized: { at: SEEN_AT, additions: 3, deletions: 2, changed_files: 1, merged_by_id: null } },
    ],
    reported_incidents: [{ repository_id: SIDE, reported_id: 'pager-1', observed: reported }],
  },
  committed('a', { parents: ['o'], at: 0 }),
  committed('o', { at: -1 }),
  committed('b', { parents: ['a'], at: 1 }),
  committed('x', { parents: ['a'], at: 2 }),
  committed('y', { parents: ['a'], at: 2, headline: 'Work (#7)' }),
  committed('s', { parents: ['b'], at: 3, headline: 'Work (#7)' }),
  committed('c', { parents: ['s'], at: 4 }),
  pullRequestCommitFacts({ repository_id: SIDE, number: 7, shas: ['x'], at: SEEN_AT }),
  deployed(1, 'a'),
  deployed(2, 'x'),
  deployed(3, 'y'),
  deployed(4, 'c'),
  deployed(5, 'a', 'prod-eu'),
  deployed(6, 'c', 'prod-eu'),
  deployed(7, 'lost', 'prod-us'),
];

let rows: Record<string, string[]> = {};
const damages = new Map<DerivedTable, Damage[]>();

beforeAll(async () => {
  const quarter = goldens.find(({ name }) => name === 'a-quarter');
  if (!quarter) throw new Error('there is no such example');
  await storeFacts(db, tenantId, 'acme', ...goldenFacts(quarter), ...side);
  await recomputeTouched(db, tenantId);
  await withTenant(db, tenantId, async (trx) => {
    await sql`
      insert into deployment_marks (tenant_id, repository_id, source, deployment_id, failed, reason, marked_by)
      select distinct on (kind) tenant_id, repository_id, 'github_deployment', deployment_id, false, 'no', 'ann'
      from deployment_failures where tenant_id = ${tenantId} order by kind, deployment_id
      on conflict do nothing`.execute(trx);
    for (const table of derivedTables) damages.set(table, await listDamages(trx, table));
  });
  await recomputeAll(db, tenantId);
  rows = await readDerived(db, tenantId);
});

function differencesOf({ tables }: Recomputed): Record<string, number> {
  return Object.fromEntries(tables.map(({ table, differed: count }) => [table, count]));
}

const none = Object.fromEntries(derivedTables.map((table) => [table, 0]));

function damage(done: readonly (readonly [DerivedTable, Damage])[]): Promise<Record<string, number>> {
  return withTenant(db, tenantId, async (trx) => {
    const wrong = { ...none };
    for (const [table, one] of done) wrong[table] = await one.does(trx, tenantId);
    return wrong;
  });
}

describe('a recompute', () => {
  it('has something to put right in every table', () => {
    for (const table of derivedTables) expect(rows[table]).not.toEqual([]);
    expect(rows['shipped_commits']?.filter((row) => row.endsWith(',f)'))).not.toEqual([]);
  });

  it('writes nothing where all is right, and says so', async () => {
    const versions = () =>
      withTenant(db, tenantId, async (trx) => {
        const all = derivedTables.map(
          (table) =>
            sql`select xmin::text || ctid::text as version from ${sql.table(table)} t where tenant_id = ${tenantId}`,
        );
        const found = await sql<{ version: string }>`${sql.join(all, sql` union all `)} order by 1`.execute(trx);
        return found.rows.map(({ version }) => version);
      });
    const before = await versions();
    const found = await recomputeAll(db, tenantId);
    expect(differencesOf(found)).toEqual(none);
    expect(found.tables.map((table) => table.rows)).toEqual(derivedTables.map((table) => rows[table]?.length));
    expect(await versions()).toEqual(before);
  });

  it.each(derivedTables)(
    'puts right what is wrong in %s, and says how many rows',
    async (table) => {
      for (const one of damages.get(table) ?? []) {
        const { wrong, ...after } = await repair([[table, one]]);
        expect(after).toEqual({ names: one.name, any: true, differed: wrong, rows });
      }
    },
    120_000,
  );

  it('puts right what is wrong in all tables at once', async () => {
    const most = Math.max(...[...damages.values()].map((all) => all.length));
    for (let round = 0; round < most; round++) {
      const done = [...damages].flatMap(([table, all]) =>
        all.slice(round, round + 1).map((one) => [table, one] as const),
      );
      const { wrong, names, ...after } = await repair(done);
      expect({ names, ...after }).toEqual({ names, any: true, differed: wrong, rows });
    }
  }, 120_000);
});

async function repair(done: readonly (readonly [DerivedTable, Damage])[]) {
  const wrong = await damage(done);
  const differed = differencesOf(await recomputeAll(db, tenantId));
  const names = done.map(([, { name }]) => name).join(', ');
  const any = Object.values(wrong).some((count) => count > 0);
  return { names, any, wrong, differed, rows: await readDerived(db, tenantId) };
}
