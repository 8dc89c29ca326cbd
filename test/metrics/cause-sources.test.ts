import { sql } from 'kysely';
import { beforeEach, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import type { Facts } from '../../src/facts/facts.ts';
import { markDeployment } from '../../src/metrics/deployment-marks.ts';
import { lockDerived } from '../../src/metrics/derive/lock.ts';
import { recomputeAll, recomputeTouched } from '../../src/metrics/derive/recompute.ts';
import { linkIncident } from '../../src/metrics/incident-links.ts';
import { getMarkedDeployment } from '../../src/metrics/marked-deployment.ts';
import { repositoryFact, SEEN_AT, storeFacts } from '../support/api.ts';
import { createTestDatabase } from '../support/database.ts';
import { readDerived, removeDerived } from '../support/derived-rows.ts';
import { removeRows } from '../support/rows.ts';
import { commitFact, deploymentFact, issueFact, pullFact, statusFact } from '../support/sample-facts.ts';

// What came long ago may have another cause because of what comes now, though nobody tells of it again.

const { db } = await createTestDatabase();
const [ACME, SHOP] = [4_711, 11];
const place = { tenantId: ACME, repositoryId: SHOP };
const actor = { name: 'ann', address: null, userAgent: null };
const time = (hour: number) => new Date(Date.parse(SEEN_AT) + hour * 3_600_000).toISOString();
const sha = (number: number) => `${number}a`.repeat(20);

beforeEach(async () => {
  await removeRows(db, ACME);
  await removeDerived(db, ACME);
});

async function tell(...facts: Facts[]): Promise<void> {
  await storeFacts(db, ACME, 'acme', repositoryFact(SHOP, 'acme/shop'), ...facts);
  await recomputeTouched(db, ACME);
}

/** One after the other, each with a change of its own. */
function history({ gap }: { gap?: number } = {}): Facts[] {
  return [1, 2, 3, 4].map((number) => commitOf(number, { known: number !== gap }));
}

function commitOf(number: number, { known }: { known: boolean }): Facts {
  const parents = number === 1 ? [] : [sha(number - 1)];
  const detailed = { at: SEEN_AT, additions: 1, deletions: 0, changed_files: 1, parents };
  return { commits: [{ ...commitFact(SHOP, sha(number)), ...(known && { detailed }) }] };
}

const deployed = (
  id: number,
  { commit, hour, state = 'success' }: { commit: number; hour: number; state?: string },
) => ({
  deployments: [deploymentFact(SHOP, id, { sha: sha(commit), created_at: time(hour) })],
  deployment_statuses: [statusFact(SHOP, id, { id, state, created_at: time(hour) })],
});

/** Seen later: it was to another environment after all. */
const gone = (id: number): Facts => ({
  deployments: [deploymentFact(SHOP, id, { at: time(100), environment: 'staging' })],
});

const incident = (opened: number, body: string | null = null): Facts => ({
  issues: [issueFact(SHOP, 21, { labels: ['incident'], body, created_at: time(opened) })],
});

const merged = (number: number, { hour, body = null, head_ref = 'topic', opened = hour - 1 }: Merge): Facts => ({
  pull_requests: [
    pullFact(SHOP, number, {
      state: 'merged',
      body,
      head_ref,
      created_at: time(opened),
      merged_at: time(hour),
      merge_commit_sha: sha(number),
    }),
  ],
});

interface Merge {
  readonly hour: number;
  readonly body?: string | null;
  readonly head_ref?: string;
  readonly opened?: number;
}

/** Each cause as `deployment kind linked_by`. */
async function listCauses(): Promise<string[]> {
  const { rows } = await withTenant(db, ACME, (trx) =>
    sql<{ text: string }>`
      select concat_ws(' ', deployment_id, kind, linked_by, (recovered_at at time zone 'UTC')::time) as text
      from deployment_failures where tenant_id = ${ACME} order by 1`.execute(trx),
  );
  const rowsNow = await readDerived(db, ACME);
  await recomputeAll(db, ACME);
  expect(rowsNow).toEqual(await readDerived(db, ACME));
  return rows.map(({ text }) => text);
}

it('an incident blames a success that is told later', async () => {
  await tell(...history(), deployed(1, { commit: 1, hour: 0 }), incident(10));
  expect(await listCauses()).toEqual(['1 incident #21']);
  await tell(deployed(2, { commit: 2, hour: 5 }));
  expect(await listCauses()).toEqual(['2 incident #21']);
});

it('an incident blames a deployment that it names and that finishes later', async () => {
  await tell(...history(), deployed(1, { commit: 1, hour: 0 }), incident(10, 'Caused by: deployment 2'));
  expect(await listCauses()).toEqual(['1 incident #21']);
  await tell(deployed(2, { commit: 2, hour: 20 }));
  expect(await listCauses()).toEqual(['2 incident #21']);
});

it('an incident blames the deployment of a commit that it names and that ships later', async () => {
  await tell(...history(), deployed(1, { commit: 1, hour: 0 }), incident(10, `Caused by: ${sha(2)}`));
  expect(await listCauses()).toEqual(['1 incident #21']);
  await tell(deployed(2, { commit: 3, hour: 20 }));
  expect(await listCauses()).toEqual(['2 incident #21']);
});

it('an incident that somebody linked blames nothing any more when that deployment is none', async () => {
  await tell(...history(), deployed(1, { commit: 1, hour: 20 }), incident(10));
  await withTenant(db, ACME, async (trx) => {
    const deployment = await getMarkedDeployment(trx, { ...place, deploymentId: 1 });
    await linkIncident(trx, deployment, { number: 21, actor });
  });
  expect(await listCauses()).toEqual(['1 incident #21']);
  await tell(gone(1));
  expect(await listCauses()).toEqual([]);
});

it('a failed deployment recovers with a success that is told later', async () => {
  const failed = deployed(2, { commit: 2, hour: 5, state: 'failure' });
  await tell(...history(), deployed(1, { commit: 1, hour: 0 }), failed, deployed(3, { commit: 3, hour: 12 }));
  expect(await listCauses()).toEqual(['2 deploy_failed status 12:00:00']);
  await tell(deployed(4, { commit: 2, hour: 7 }));
  expect(await listCauses()).toEqual(['2 deploy_failed status 07:00:00']);
  await tell(gone(4));
  expect(await listCauses()).toEqual(['2 deploy_failed status 12:00:00']);
});

it('a rollback blames a deployment that is told later, and none when what it rolled back is gone', async () => {
  const chain = [deployed(1, { commit: 1, hour: 0 }), deployed(2, { commit: 4, hour: 10 })];
  await tell(...history(), ...chain, deployed(3, { commit: 1, hour: 20 }));
  expect(await listCauses()).toEqual(['2 rollback deployment 3 20:00:00']);
  await tell(deployed(4, { commit: 2, hour: 5 }));
  expect(await listCauses()).toEqual(['4 rollback deployment 3 20:00:00']);
  await tell(gone(4), gone(2));
  expect(await listCauses()).toEqual([]);
});

it('a hotfix blames a success before its opening that is told later', async () => {
  const chain = [deployed(1, { commit: 1, hour: 0 }), deployed(3, { commit: 3, hour: 12 })];
  await tell(...history(), ...chain, merged(3, { hour: 11, head_ref: 'hotfix/now' }));
  expect(await listCauses()).toEqual(['1 hotfix #3 12:00:00']);
  await tell(deployed(2, { commit: 2, hour: 5 }));
  expect(await listCauses()).toEqual(['2 hotfix #3 12:00:00']);
});

it('a revert blames the deployment of what it reverts, also when that ships by a gap that closes later', async () => {
  const pulls = [merged(2, { hour: 1 }), merged(4, { hour: 11, body: 'Reverts #2' })];
  const chain = [deployed(1, { commit: 1, hour: 0 }), deployed(2, { commit: 3, hour: 5 })];
  await tell(...history({ gap: 3 }), ...pulls, ...chain, deployed(3, { commit: 4, hour: 12 }));
  expect(await listCauses()).toEqual([]);
  await tell(commitOf(3, { known: true }));
  expect(await listCauses()).toEqual(['2 revert #4 12:00:00']);
});

it('one cause is made of the reverts of two pull requests that one deployment shipped', async () => {
  const pulls = [merged(2, { hour: 1 }), merged(3, { hour: 2 })];
  const chain = [deployed(1, { commit: 1, hour: 0 }), deployed(2, { commit: 3, hour: 5 })];
  await tell(...history(), ...pulls, ...chain, deployed(3, { commit: 4, hour: 12 }));
  await tell(merged(4, { hour: 11, body: 'Reverts #2\nReverts #3' }));
  expect(await listCauses()).toEqual(['2 revert #4 12:00:00']);
});

it('what is told of a repository before it is known counts when it is', async () => {
  const pulls = [merged(2, { hour: 1 }), merged(4, { hour: 11, body: 'Reverts acme/shop#2' })];
  const chain = [deployed(1, { commit: 1, hour: 0 }), deployed(2, { commit: 3, hour: 5 })];
  await storeFacts(db, ACME, 'acme', ...history(), ...pulls, ...chain, deployed(3, { commit: 4, hour: 12 }));
  await recomputeTouched(db, ACME);
  expect(await listCauses()).toEqual([]);
  await tell();
  expect(await listCauses()).toEqual(['2 revert #4 12:00:00']);
});

it('a reference by the name that the repository has now counts, though it was written long ago', async () => {
  const pulls = [merged(2, { hour: 1 }), merged(4, { hour: 11, body: 'Reverts acme/store#2' })];
  await tell(...history(), ...pulls, deployed(1, { commit: 1, hour: 0 }), deployed(2, { commit: 3, hour: 5 }));
  await tell(deployed(3, { commit: 4, hour: 12 }));
  expect(await listCauses()).toEqual([]);
  const named = { at: time(100), full_name: 'acme/store', private: true };
  await storeFacts(db, ACME, 'acme', { repositories: [{ repository_id: SHOP, named }] });
  await recomputeTouched(db, ACME);
  expect(await listCauses()).toEqual(['2 revert #4 12:00:00']);
});

it('what people say counts with the next look, too, while somebody else computes the numbers', async () => {
  await tell(...history(), deployed(1, { commit: 1, hour: 0, state: 'failure' }));
  expect(await listCauses()).toEqual(['1 deploy_failed status']);
  await withTenant(db, ACME, async (busy) => {
    await lockDerived(busy, place);
    await withTenant(db, ACME, async (trx) => {
      const deployment = await getMarkedDeployment(trx, { ...place, deploymentId: 1 });
      await markDeployment(trx, deployment, { failed: false, reason: 'It was the test.', recoveredAt: null, actor });
    });
  });
  await recomputeTouched(db, ACME);
  expect(await listCauses()).toEqual([]);
});
