import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { readDataRows } from '../support/data-rows.ts';
import { startStandIn } from '../support/github/stand-in.ts';
import type { Organization } from '../support/github/truth/organization.ts';
import { sampleOrg } from '../support/github/truth/sample-org.ts';
import { happen, type Happening, happeningKinds } from '../support/happenings.ts';
import { startTestServer } from '../support/server.ts';
import { createShiplog } from '../support/synced-org.ts';

const RUNS = 5;

const standIn = await startStandIn();
afterAll(() => standIn.stop());
const server = await startTestServer({ WEBHOOK_SECRET: standIn.webhookSecret });
standIn.hook.target = `${server.baseUrl}/api/github/webhooks`;
const live = await createShiplog(standIn.environment, server);
const fresh = await createShiplog(standIn.environment);

const size = { repositories: 2, people: 4, days: 30, commits: 6, pulls: 2, issues: 2, releases: 1, deployments: 1 };

/** Of these webhooks may tell more than pages do: those that pages have must be the same. */
const MORE_FROM_WEBHOOKS: ReadonlySet<string> = new Set([
  // Those of a branch that was deleted, of before a forced push, of a fork.
  'commits',
  // Their authors, and who did what is not kept.
  'contributors',
  'contributor_logins',
  'contributor_emails',
  'tags',
  // Which commits came together: no page has it.
  'pushes',
  // Whoever installed the app.
  'members',
]);

const happening: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constantFrom(...happeningKinds),
  fate: fc.constantFrom('delivered', 'doubled', 'held', 'lost', 'forgotten'),
  pick: fc.nat(1_000),
});

const story = fc.array(happening, { minLength: 5, maxLength: 30 });
const order = fc.array(fc.nat(), { minLength: 7, maxLength: 7 });

function inOrder<Item>(items: readonly Item[], keys: readonly number[]): Item[] {
  const keyed = items.map((item, index) => ({ item, key: keys[index % keys.length] ?? 0 }));
  return keyed.toSorted((a, b) => a.key - b.key).map(({ item }) => item);
}

let orgs = 0;

/** An organization that is backfilled, a day ago as far as its cursors tell: what happens then is later. */
async function installOrg(): Promise<Organization> {
  orgs += 1;
  const organization = sampleOrg(standIn.truth, orgs, { ...size, login: `acme${orgs}` });
  standIn.hook.fate = () => 'forgotten';
  await standIn.change.installations.install(organization);
  await live.reconcile();
  await withTenant(live.db, organization.id, (trx) =>
    sql`
      update sync_cursors set covered_until = covered_until - interval '1 day' where tenant_id = ${organization.id}`.execute(
      trx,
    ),
  );
  standIn.change.world.clock = Date.now() - 3_600_000;
  return organization;
}

/** So that the next reconciliations have nothing more to do with it. */
function uninstall(organization: Organization): void {
  for (const installation of standIn.truth.installations) {
    if (installation.organization === organization) installation.deletedAt = new Date().toISOString();
  }
}

async function expectAsFresh({ id }: Organization): Promise<void> {
  await fresh.reconcile();
  const found = await readDataRows(live.db, id);
  const expected = await readDataRows(fresh.db, id);
  const compared = Object.entries(found).map(([table, rows]) => {
    if (!MORE_FROM_WEBHOOKS.has(table)) return [table, rows];
    return [table, Object.fromEntries(Object.entries(rows).filter(([key]) => key in (expected[table] ?? {})))];
  });
  expect(Object.fromEntries(compared)).toEqual(expected);
}

describe('after any mix of lost, late and doubled webhooks', () => {
  it.each([
    ['a reconciliation', async () => {}],
    ['the missed deliveries and a reconciliation', () => live.recoverMissed()],
  ])(
    '%s ends in the rows of a fresh backfill',
    async (_, recover) => {
      await fc.assert(
        fc.asyncProperty(story, order, async (happenings, keys) => {
          const organization = await installOrg();
          for (const each of happenings) await happen(standIn, organization, each);
          await standIn.hook.release((held) => inOrder(held, keys));
          await recover();
          await live.applyDeliveries();
          await live.reconcile();
          await expectAsFresh(organization);
          uninstall(organization);
        }),
        { numRuns: RUNS, interruptAfterTimeLimit: 120_000, endOnFailure: true },
      );
      expect(standIn.violations).toEqual([]);
    },
    240_000,
  );
});
