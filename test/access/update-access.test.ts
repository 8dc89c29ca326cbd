import fc from 'fast-check';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { recordAccessReads } from '../../src/access/access-reads.ts';
import { updateAccess } from '../../src/access/update-access.ts';
import { updateAccessOf } from '../../src/access/update-access-of.ts';
import { applyFacts } from '../../src/facts/apply.ts';
import type { Facts } from '../../src/facts/facts.ts';
import { createTestDatabase } from '../support/database.ts';
import { type Grants, referenceAccess } from './reference-access.ts';

const { db } = await createTestDatabase();
const ORG = 1;
const REPOSITORIES = [11, 12, 13];
const [TEAMS, PEOPLE] = [
  [1, 2, 3, 4, 5],
  [101, 102, 103, 104],
];
const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

const TABLES = [
  'organization_members',
  'organization_settings',
  'custom_repository_roles',
  'teams',
  'team_members',
  'team_repositories',
  'repository_collaborators',
  'access_reads',
  'access_differences',
  'repository_access',
  'members',
];

const role = fc.constantFrom('read', 'triage', 'write', 'maintain', 'admin', 'releaser', 'nobody knows', null);
const removed = fc.option(fc.constant(at(0)), { nil: null, freq: 5 });
const pairs = <A, B>(a: readonly A[], b: readonly B[]) =>
  fc.subarray(a.flatMap((one) => b.map((two) => [one, two] as const)));

function each<K, V>(keys: fc.Arbitrary<readonly K[]>, values: (key: K) => fc.Arbitrary<V>): fc.Arbitrary<V[]> {
  return keys.chain((some) => fc.tuple(...some.map(values)));
}

/** Of the rows with one key the last. */
function latest<T>(rows: readonly (readonly T[] | undefined)[], key: (row: T) => unknown): T[] {
  return [...new Map(rows.flatMap((some) => some ?? []).map((row) => [String(key(row)), row])).values()];
}

/** A snapshot of everything, seen at one second; of many rows only some. */
function arbitraryFacts(second: number): fc.Arbitrary<Facts> {
  const seen = { at: at(second) };
  return fc.record({
    organization_members: each(fc.subarray(PEOPLE), (user_id) =>
      fc
        .record({ role: fc.constantFrom('owner', 'member', 'member', 'member'), removed_at: removed })
        .map((values) => ({ user_id, observed: { ...seen, ...values } })),
    ),
    teams: each(fc.subarray(TEAMS), (team_id) =>
      fc
        .record({ parent_id: fc.option(fc.constantFrom(...TEAMS), { nil: null }), removed_at: removed })
        .map((values) => ({ team_id, observed: { ...seen, slug: `t${team_id}`, name: `T${team_id}`, ...values } })),
    ),
    team_members: each(pairs(TEAMS, PEOPLE), ([team_id, user_id]) =>
      fc
        .record({ role: fc.constantFrom('member', 'maintainer'), removed_at: removed })
        .map((values) => ({ team_id, user_id, observed: { ...seen, ...values } })),
    ),
    team_repositories: each(pairs(TEAMS, REPOSITORIES), ([team_id, repository_id]) =>
      fc
        .record({ permission: role, removed_at: removed })
        .map((values) => ({ team_id, repository_id, observed: { ...seen, ...values } })),
    ),
    repository_collaborators: each(pairs(REPOSITORIES, PEOPLE), ([repository_id, user_id]) =>
      fc
        .record({ permission: role, removed_at: removed })
        .map((values) => ({ repository_id, user_id, observed: { ...seen, ...values } })),
    ),
    custom_repository_roles: each(fc.subarray([7]), (role_id) =>
      fc
        .record({ base_role: fc.constantFrom('read', 'write', 'maintain'), removed_at: removed })
        .map((values) => ({ role_id, observed: { ...seen, name: 'releaser', ...values } })),
    ),
    organization_settings: each(fc.subarray([0]), () =>
      fc
        .constantFrom('none', 'read', 'write', 'admin', null)
        .map((base_permission) => ({ observed: { ...seen, base_permission } })),
    ),
  });
}

/** The facts of several seconds as the rows that they come to. */
function grantsOf(history: readonly Facts[]): Grants {
  return {
    members: latest(
      history.map((facts) => facts.organization_members),
      (row) => row.user_id,
    ),
    teams: latest(
      history.map((facts) => facts.teams),
      (row) => row.team_id,
    ),
    teamMembers: latest(
      history.map((facts) => facts.team_members),
      (row) => [row.team_id, row.user_id],
    ),
    teamRepositories: latest(
      history.map((facts) => facts.team_repositories),
      (row) => [row.team_id, row.repository_id],
    ),
    collaborators: latest(
      history.map((facts) => facts.repository_collaborators),
      (row) => [row.repository_id, row.user_id],
    ),
    roles: latest(
      history.map((facts) => facts.custom_repository_roles),
      (row) => row.role_id,
    ),
    basePermission:
      history.flatMap((facts) => facts.organization_settings ?? []).at(-1)?.observed?.base_permission ?? null,
    repositories: REPOSITORIES,
  };
}

async function apply(facts: Facts): Promise<void> {
  await withTenant(db, ORG, async (trx) => {
    const repositories = REPOSITORIES.map((repository_id) => ({
      repository_id,
      named: { at: at(0), full_name: `acme/r${repository_id}`, private: true },
    }));
    const tenant = { observed: { at: at(0), login: 'acme', type: 'Organization' } };
    await applyFacts(trx, ORG, [{ tenants: [tenant], repositories }, facts]);
    const reads = REPOSITORIES.map(
      (repositoryId) => ({ scope: 'collaborators', repositoryId, at: at(0), reason: null }) as const,
    );
    await recordAccessReads(trx, ORG, reads);
    await updateAccessOf(trx, ORG, [facts]);
  });
}

async function openAccess(): Promise<Map<string, string>> {
  const { rows } = await withTenant(db, ORG, (trx) =>
    sql<{ pair: string; access: string }>`
      select repository_id || ':' || user_id as pair, concat_ws(' ', level, path) as access
      from repository_access where tenant_id = ${ORG} and valid_to is null`.execute(trx),
  );
  expect(new Set(rows.map(({ pair }) => pair)).size).toBe(rows.length);
  return new Map(rows.map(({ pair, access }) => [pair, access]));
}

const sorted = (access: Map<string, string>) => [...access].toSorted(([a], [b]) => (a < b ? -1 : 1));

describe('access', () => {
  it('of random organizations is what each person has by each grant, after every change of some of them', async () => {
    const history = fc.tuple(arbitraryFacts(1), arbitraryFacts(2), arbitraryFacts(3));
    await fc.assert(
      fc
        .asyncProperty(history, async (all) => {
          for (const [index, facts] of all.entries()) {
            await apply(facts);
            const expected = referenceAccess(grantsOf(all.slice(0, index + 1)));
            expect(sorted(await openAccess())).toEqual(sorted(expected));
            const again = await withTenant(db, ORG, (trx) => updateAccess(trx, ORG, 'all'));
            expect(again).toEqual({ closed: 0, opened: 0 });
          }
        })
        .beforeEach(removeAll),
      { numRuns: 60 },
    );
  });
});

async function removeAll(): Promise<void> {
  await withTenant(db, ORG, async (trx) => {
    for (const table of TABLES) await sql`delete from ${sql.table(table)} where tenant_id = ${ORG}`.execute(trx);
  });
}
