import fc from 'fast-check';
import { type RawBuilder, sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { mapEvent } from '../../src/events/map-event.ts';
import type { Facts } from '../../src/facts/facts.ts';
import { teamMemberChange } from '../../src/facts/team-member-changes.ts';
import { teamRepositoryChange } from '../../src/facts/team-repository-changes.ts';
import { couldPush, wasMember } from '../../src/metrics/query/team-history.ts';
import { recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { inAnyOrder } from '../support/any-order.ts';
import { createTestApi, repositoryFact, storeFacts } from '../support/api.ts';
import { ACME } from '../support/payloads.ts';
import { removeRows } from '../support/rows.ts';
import { contributorFact, pullFact } from '../support/sample-facts.ts';

const { db, get } = await createTestApi();
const [CREW, ANN, BEN, SHOP] = [31, 501, 502, 11];
const TENANT = ACME.id;
const team = { tenantId: TENANT, teamId: CREW };
const dayOf = (day: number) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString();
const crew: Facts = {
  teams: [{ team_id: CREW, observed: { at: dayOf(0), slug: 'crew', name: 'Crew', parent_id: null, removed_at: null } }],
};
const days = Array.from({ length: 12 }, (_, day) => day);

/** At noon of each day. */
async function readDays(condition: (at: RawBuilder<unknown>) => RawBuilder<unknown>): Promise<boolean[]> {
  const { rows } = await withTenant(db, TENANT, (trx) =>
    sql<{ holds: boolean }>`
      select ${condition(sql`x.day`)} as holds
      from unnest(${days.map((day) => dayOf(day + 0.5))}::timestamptz[]) with ordinality as x (day, n) order by n`.execute(
      trx,
    ),
  );
  return rows.map(({ holds }) => holds);
}

async function store(batches: readonly (readonly Facts[])[]): Promise<void> {
  await removeRows(db, TENANT);
  for (const facts of [[repositoryFact(SHOP, 'acme/shop'), crew], ...batches])
    await storeFacts(db, TENANT, 'acme', ...facts);
}

/** The latest change before a moment, else the first after it, by hand. */
function around<T extends { readonly day: number }>(changes: readonly T[], day: number) {
  const ordered = changes.toSorted((a, b) => a.day - b.day);
  return { before: ordered.findLast((change) => change.day <= day), after: ordered.find((one) => one.day > day) };
}

const changeDay = fc.integer({ min: 0, max: 10 });
const leaves = { nil: null } as const;

describe('who was in a team', () => {
  const history = fc.record({
    changes: fc.uniqueArray(fc.record({ day: changeDay, joined: fc.boolean() }), {
      maxLength: 5,
      selector: ({ day }) => day,
    }),
    removed: fc.option(changeDay, leaves),
  });

  it('is who joined before and has not left since, in whatever order that was told', async () => {
    const property = fc.asyncProperty(history, fc.infiniteStream(fc.nat()), async ({ changes, removed }, random) => {
      const removed_at = removed === null ? null : dayOf(removed);
      const observed = { at: dayOf(20), role: 'member', removed_at };
      const facts: Facts[] = [
        { team_members: [{ team_id: CREW, user_id: ANN, observed }] },
        ...changes.map(({ day, joined }) => ({
          team_member_changes: [teamMemberChange({ team_id: CREW, user_id: ANN, joined }, dayOf(day))],
        })),
      ];
      await store(inAnyOrder(facts, random));
      const expected = days.map((day) => {
        const { before, after } = around(changes, day + 0.5);
        if (before) return before.joined;
        return after ? !after.joined : removed === null || removed > day + 0.5;
      });
      expect(await readDays((at) => wasMember(team, { id: sql`${ANN}::bigint`, at }))).toEqual(expected);
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it('is also who was in a team under it', async () => {
    const named = (team_id: number, parent_id: number | null) => ({
      team_id,
      observed: { at: dayOf(0), slug: `t${team_id}`, name: `T${team_id}`, parent_id, removed_at: null },
    });
    const observed = { at: dayOf(0), role: 'member', removed_at: null };
    const push = { at: dayOf(0), permission: 'write', removed_at: null };
    const facts: Facts = {
      teams: [named(CREW, null), named(32, CREW), named(33, 32)],
      team_members: [{ team_id: 33, user_id: ANN, observed }],
      team_repositories: [{ team_id: CREW, repository_id: SHOP, observed: push }],
    };
    await store([[facts]]);
    const isMember = (teamId: number) =>
      readDays((at) => wasMember({ tenantId: TENANT, teamId }, { id: sql`${ANN}::bigint`, at }));
    expect(await isMember(CREW)).not.toContain(false);
    expect(await isMember(33)).not.toContain(false);
    await storeFacts(db, TENANT, 'acme', {
      teams: [{ ...named(33, null), observed: { ...named(33, null).observed, at: dayOf(1) } }],
    });
    expect(await isMember(CREW)).not.toContain(true);
    const child = { tenantId: TENANT, teamId: 32 };
    expect(await readDays((at) => couldPush(child, { id: sql`${SHOP}::bigint`, at }))).not.toContain(false);
    const stranger = { tenantId: TENANT, teamId: 33 };
    expect(await readDays((at) => couldPush(stranger, { id: sql`${SHOP}::bigint`, at }))).not.toContain(true);
  });

  it('comes from the events of joining and leaving', async () => {
    const told = ['added', 'removed', 'added'].map((action, index) => {
      const payload = {
        action,
        scope: 'team',
        team: { id: CREW, slug: 'crew', name: 'Crew', parent: null },
        member: { id: ANN, login: 'ann', type: 'User' },
        organization: { id: TENANT, login: 'acme' },
      };
      const mapped = mapEvent({ name: 'membership', payload, receivedAt: dayOf(2 + index * 3), appId: null });
      if (mapped.tenantId !== TENANT) throw new Error('an event of another tenant');
      return mapped.facts;
    });
    for (const facts of [told, told.toReversed()]) {
      await store(facts.map((some) => [some]));
      const held = await readDays((at) => wasMember(team, { id: sql`${ANN}::bigint`, at }));
      expect(days.filter((day) => held[day])).toEqual([2, 3, 4, 8, 9, 10, 11]);
    }
  });
});

describe('what a team could push to', () => {
  const level = fc.constantFrom('read', 'write', 'admin', 'none');
  const history = fc.record({
    changes: fc.uniqueArray(fc.record({ day: changeDay, permission: level, previous: fc.option(level, leaves) }), {
      maxLength: 5,
      selector: ({ day }) => day,
    }),
    permission: fc.constantFrom('read', 'write'),
  });

  it('is what it was given and was not taken away since', async () => {
    const property = fc.asyncProperty(history, fc.infiniteStream(fc.nat()), async (given, random) => {
      const observed = { at: dayOf(20), permission: given.permission, removed_at: null };
      const facts: Facts[] = [
        { team_repositories: [{ team_id: CREW, repository_id: SHOP, observed }] },
        ...given.changes.map(({ day, permission, previous }) => ({
          team_repository_changes: [
            teamRepositoryChange({ team_id: CREW, repository_id: SHOP, permission, previous }, dayOf(day)),
          ],
        })),
      ];
      await store(inAnyOrder(facts, random));
      const expected = days.map((day) => {
        const { before, after } = around(given.changes, day + 0.5);
        if (before) return ['write', 'admin'].includes(before.permission);
        if (!after) return given.permission === 'write';
        const assumed = after.permission === 'none' ? 'write' : after.permission;
        return ['write', 'admin'].includes(after.previous ?? assumed);
      });
      expect(await readDays((at) => couldPush(team, { id: sql`${SHOP}::bigint`, at }))).toEqual(expected);
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it('with a custom role is what the role is made of', async () => {
    const observed = { at: dayOf(0), permission: 'releaser', removed_at: null };
    const role = { role_id: 1, observed: { at: dayOf(0), name: 'releaser', base_role: 'write', removed_at: null } };
    const grant: Facts = { team_repositories: [{ team_id: CREW, repository_id: SHOP, observed }] };
    await store([[grant]]);
    expect(await readDays((at) => couldPush(team, { id: sql`${SHOP}::bigint`, at }))).not.toContain(true);
    await store([[grant, { custom_repository_roles: [role] }]]);
    expect(await readDays((at) => couldPush(team, { id: sql`${SHOP}::bigint`, at }))).not.toContain(false);
  });
});

const merged = (number: number, author_id: number, day: number) =>
  pullFact(SHOP, number, {
    state: 'merged',
    author_id,
    created_at: dayOf(day),
    merged_at: dayOf(day + 0.5),
    merge_commit_sha: `m${number}`,
  });

async function read(from: string) {
  const query = `team=crew&from=${from}&to=2026-02-01`;
  const { body } = await get(`/api/v1/orgs/acme/metrics/pr-size?${query}`);
  const rows = await get(`/api/v1/orgs/acme/metrics/pr-size/rows?${query}`);
  const notes = (body['quality'] as { code: string; message: string }[]).filter(({ code }) => code.startsWith('team'));
  return {
    numbers: rows.body.data.map(({ id }) => Number(id)).toSorted((a, b) => a - b),
    notes: notes.map(({ message }) => message),
  };
}

async function prepare(readAt: string | null): Promise<void> {
  await store([]);
  await storeFacts(db, TENANT, 'acme', {
    contributors: [contributorFact(ANN, 'ann'), contributorFact(BEN, 'ben')],
    team_members: [ANN, BEN].map((user_id) => ({
      team_id: CREW,
      user_id,
      observed: { at: dayOf(9), role: 'member', removed_at: null },
    })),
    team_member_changes: [teamMemberChange({ team_id: CREW, user_id: BEN, joined: true }, dayOf(5))],
    pull_requests: [merged(1, ANN, 2), merged(2, BEN, 2), merged(3, ANN, 7), merged(4, BEN, 7)],
  });
  await withTenant(db, TENANT, (trx) =>
    sql`insert into access_reads (tenant_id, scope, first_read_at, read_at)
      select ${TENANT}::bigint, 'teams', ${readAt}::timestamptz, ${dayOf(9)}::timestamptz where ${readAt}::text is not null`.execute(
      trx,
    ),
  );
  await recomputeTouched(db, TENANT);
}

describe('a number of a team', () => {
  it('leaves out what somebody did before joining, and says of whom that is not known', async () => {
    await prepare(dayOf(4));
    expect(await read('2026-01-01')).toEqual({
      numbers: [1, 3, 4],
      notes: [
        "Teams have been read since 2026-01-05, after the window's start. 1 person and 0 repositories count as the team's from the start, since nothing tells when they came.",
      ],
    });
    expect(await read('2026-01-05')).toEqual({ numbers: [3, 4], notes: [] });
  });

  it('says when teams were never read', async () => {
    await prepare(null);
    const { notes } = await read('2026-01-05');
    expect(notes).toMatchObject([expect.stringContaining('The team has not been read from GitHub')]);
  });
});
