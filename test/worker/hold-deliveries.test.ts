import fc from 'fast-check';
import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import type { PlanName } from '../../src/plans.ts';
import { changePlan } from '../../src/tenancy/change-plan.ts';
import { chooseTracking } from '../../src/tenancy/choose-tracking.ts';
import { applyDueDeliveries } from '../../src/worker/apply-deliveries.ts';
import { catchUpAll } from '../../src/worker/catch-up.ts';
import { createTestApi } from '../support/api.ts';
import {
  ACME,
  commitPayload,
  installationPayload,
  installationRepositoriesPayload,
  type Json,
  pushPayload,
  repositoryEvent,
  sha,
} from '../support/payloads.ts';
import { readRows, removeRows } from '../support/rows.ts';
import { readDelivery, storeDelivery } from '../support/stored-deliveries.ts';
import { issuePayload, pullRequestPayload } from '../support/work-payloads.ts';

const { db, queue, deps } = await createTestApi();
const actor = { name: 'operator', address: null, userAgent: null };
const repositories = [1, 2, 3, 4, 5].map((id) => ({ id, name: `repo-${id}` }));
const [ONE, , , FOUR, FIVE] = repositories;
const installed = ['installation', installationPayload({ repositories })] as const;

const push = (repository = ONE, name = 'head', pushedAt = '2026-03-01T00:00:00Z') =>
  [
    'push',
    pushPayload({ repository: { ...repository }, pushedAt, commits: [commitPayload({ id: sha(name) })] }),
  ] as const;

async function apply(): Promise<void> {
  for (let more = true; more; ) {
    ({ more } = await db.transaction().execute((trx) => applyDueDeliveries(trx, { appId: null, log: deps.log })));
  }
}

type Delivered = readonly [event: string, payload: Json, receivedAt?: string];

async function deliver(...events: readonly Delivered[]): Promise<string[]> {
  const guids: string[] = [];
  for (const [event, payload, receivedAt = '2026-06-01T00:00:00Z'] of events) {
    guids.push(await storeDelivery(db, { event, payload, receivedAt }));
  }
  await apply();
  return guids;
}

async function catchUp(): Promise<void> {
  await catchUpAll({ db, queue, log: deps.log, connected: false });
  await apply();
}

const setPlan = (plan: PlanName) =>
  withTenant(db, ACME.id, (trx) => changePlan(trx, { tenantId: ACME.id, plan, actor, target: 'acme' }));
const choose = (repositoryId: number, tracked: boolean) =>
  withTenant(db, ACME.id, (trx) =>
    chooseTracking(trx, { tenantId: ACME.id, repositoryId, tracked, actor, target: `acme/repo-${repositoryId}` }),
  );

async function listTracked(): Promise<number[]> {
  const rows = (await readRows(db, ACME.id))['repositories'] as { repository_id: number; tracked: boolean }[];
  return rows.filter(({ tracked }) => tracked).map(({ repository_id }) => repository_id);
}

const stateOf = async (guid = '') => (await readDelivery(db, guid))?.state;
const commitsOf = async () => ((await readRows(db, ACME.id))['commits'] as { sha: string }[]).map((row) => row.sha);

async function empty(plan: PlanName): Promise<void> {
  await sql`delete from deliveries`.execute(db);
  await removeRows(db, ACME.id);
  // The tenant is there before its repositories are: a plan is set for somebody.
  await deliver(['organization', organizationEvent()]);
  await setPlan(plan);
}

function organizationEvent(): Json {
  const { repository: _, ...event } = repositoryEvent({});
  return { ...event, action: 'renamed' };
}

beforeEach(() => empty('free'));

describe('a plan with room for three repositories', () => {
  it('tracks three of those that are installed together, and no fourth', async () => {
    await deliver(installed);
    expect(await listTracked()).toEqual([1, 2, 3]);
  });

  it('tracks those that were pushed to last', async () => {
    const pushes = repositories.map((repository) =>
      push(repository, `c${repository.id}`, `2026-03-0${repository.id}T00:00:00Z`),
    );
    await deliver(installed, ...pushes);
    expect(await listTracked()).toEqual([3, 4, 5]);
  });

  it('stops following none for one that comes later', async () => {
    await deliver(installed);
    await deliver(['installation_repositories', installationRepositoriesPayload({ added: [{ id: 9, name: 'new' }] })]);
    const [guid] = await deliver(push({ id: 9, name: 'new' }, 'x', '2026-04-01T00:00:00Z'));
    expect([await listTracked(), await stateOf(guid)]).toEqual([[1, 2, 3], 'held']);
  });

  it('holds what happens in the fourth, and keeps nothing of it, not even its people', async () => {
    await deliver(installed);
    const before = await readRows(db, ACME.id);
    const [third, fourth] = await deliver(push({ id: 3, name: 'repo-3' }, 'c3'), push(FOUR, 'c4'));
    expect([await stateOf(third), await stateOf(fourth)]).toEqual(['applied', 'held']);
    expect(await readDelivery(db, fourth ?? '')).toMatchObject({
      tenant_id: ACME.id,
      error: 'its repository is not tracked',
    });
    expect(await commitsOf()).toEqual([sha('c3')]);
    const [pull] = await deliver(['pull_request', pullRequestPayload({ repository: { ...FIVE } })]);
    expect([await stateOf(pull), (await readRows(db, ACME.id))['pull_requests']]).toEqual([
      'held',
      before['pull_requests'],
    ]);
  });

  it('knows a repository that is not tracked by its name, also when it was renamed', async () => {
    await deliver(installed);
    const renamed = repositoryEvent({ repository: { id: 4, name: 'renamed', updatedAt: '2026-05-01T00:00:00Z' } });
    const [guid] = await deliver([
      'repository',
      { ...renamed, action: 'renamed', changes: { repository: { name: { from: 'repo-4' } } } },
    ]);
    expect(await stateOf(guid)).toBe('applied');
    expect((await readRows(db, ACME.id))['repositories']).toContainEqual(
      expect.objectContaining({ repository_id: 4, full_name: 'acme/renamed', tracked: false }),
    );
  });

  it('gives the place of a repository that is gone to the next, which catches up', async () => {
    await deliver(installed);
    const [held] = await deliver(push(FOUR, 'c4', '2026-04-01T00:00:00Z'));
    await deliver([
      'installation_repositories',
      installationRepositoriesPayload({ removed: [{ id: 1, name: 'repo-1' }] }),
      '2026-06-02T00:00:00Z',
    ]);
    await catchUp();
    expect(await stateOf(held)).toBe('applied');
    expect(await commitsOf()).toEqual([sha('c4')]);
  });
});

describe('a repository that becomes tracked', () => {
  it('has what was held applied, and what comes later as it comes', async () => {
    await deliver(installed);
    const held = await deliver(
      push(FOUR, 'c4'),
      ['issues', issuePayload({ repository: { ...FOUR } })],
      push(FIVE, 'c5'),
    );
    await choose(1, false);
    expect(await listTracked()).toEqual([2, 3]);
    await choose(4, true);
    await catchUp();
    expect(await Promise.all(held.map(stateOf))).toEqual(['applied', 'applied', 'held']);
    const [later] = await deliver(push(FOUR, 'c6'));
    expect([await stateOf(later), await listTracked()]).toEqual(['applied', [2, 3, 4]]);
  });

  it('needs a place of the plan', async () => {
    await deliver(installed);
    await expect(choose(4, true)).rejects.toMatchObject({ name: 'PlanLimitError', limit: 3, used: 3 });
    expect(await listTracked()).toEqual([1, 2, 3]);
  });

  it('stays so when the plan shrinks, before those that the rule chose', async () => {
    await setPlan('pro');
    await deliver(installed);
    await choose(5, true);
    await setPlan('free');
    expect(await listTracked()).toEqual([1, 2, 5]);
  });
});

describe('a repository that somebody leaves out', () => {
  it('is so on any plan, and its data stays', async () => {
    await setPlan('enterprise');
    await deliver(installed, push(ONE, 'c1'));
    await choose(1, false);
    const [guid] = await deliver(push(ONE, 'c2'));
    expect([await stateOf(guid), await commitsOf()]).toEqual(['held', [sha('c1')]]);
    await choose(1, true);
    await catchUp();
    expect((await commitsOf()).toSorted()).toEqual([sha('c1'), sha('c2')].toSorted());
  });
});

it('a larger plan ends in the rows of a tenant that never had a limit, whatever the order', async () => {
  const events = repositories.flatMap((repository) => [
    push(repository, `a${repository.id}`, '2026-03-02T00:00:00Z'),
    push(repository, `b${repository.id}`, '2026-03-03T00:00:00Z'),
    ['issues', issuePayload({ repository })] as const,
    ['pull_request', pullRequestPayload({ repository: { ...repository }, pull: { number: repository.id } })] as const,
  ]);
  await empty('enterprise');
  await deliver(installed, ...events);
  const unlimited = await readRows(db, ACME.id);
  expect(unlimited['commits']).toHaveLength(10);
  const shuffled = fc.shuffledSubarray([installed, ...events], { minLength: events.length + 1 });
  await fc.assert(
    fc.asyncProperty(shuffled, fc.nat({ max: events.length }), async (order, raisedAfter) => {
      await empty('free');
      await deliver(...order.slice(0, raisedAfter));
      await setPlan('enterprise');
      await deliver(...order.slice(raisedAfter));
      await catchUp();
      const { rows } = await sql`select from deliveries where state <> 'applied'`.execute(db);
      expect(rows).toHaveLength(0);
      expect(await readRows(db, ACME.id)).toEqual(unlimited);
    }),
    { numRuns: 12 },
  );
});
