import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { applyFacts } from '../../src/facts/apply.ts';
import type { Facts } from '../../src/facts/facts.ts';
import { pullRequestCommitFacts } from '../../src/facts/pull-request-commits.ts';
import { inAnyOrder } from '../support/any-order.ts';
import { arbitraryFacts } from '../support/arbitrary-facts.ts';
import { createTestDatabase } from '../support/database.ts';
import { readRows, removeRows, type Rows } from '../support/rows.ts';

const { db } = await createTestDatabase();
const ACME = 4_711;
/** Tables refer to their tenant, so it is always there first. */
const acme: Facts = {
  tenants: [{ observed: { at: '2025-01-01T00:00:00.000Z', login: 'acme', type: 'Organization' } }],
};

async function rowsAfter(batches: readonly (readonly Facts[])[]): Promise<Rows> {
  await removeRows(db, ACME);
  for (const batch of batches) {
    await withTenant(db, ACME, (trx) => applyFacts(trx, ACME, [acme, ...batch]));
  }
  return readRows(db, ACME);
}

function ann(login: string, at = '2026-01-01T00:00:00.000Z'): Facts {
  return {
    contributor_logins: [{ login, contributor_id: 9, seen: { at } }],
    contributors: [{ contributor_id: 9, observed: { at, login, name: null, type: 'User' } }],
  };
}

describe('applyFacts', () => {
  it('ends in the same rows for any order, any repetition and any split into batches', async () => {
    const stream = fc.array(arbitraryFacts(), { minLength: 1, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(stream, fc.infiniteStream(fc.nat()), async (facts, random) => {
        const expected = await rowsAfter([facts]);
        expect(await rowsAfter(inAnyOrder(facts, random))).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it('keeps what an older sighting says of a group that the newer one left out', async () => {
    const at = '2026-01-01T00:00:00.000Z';
    const older: Facts = { repositories: [{ repository_id: 1, named: { at, full_name: 'acme/shop', private: true } }] };
    const newer: Facts = {
      repositories: [{ repository_id: 1, installed: { at: '2026-01-02T00:00:00.000Z', installed: true } }],
    };
    const rows = await rowsAfter([[newer], [older]]);
    expect(rows['repositories']).toMatchObject([{ full_name: 'acme/shop', private: true, installed: true }]);
  });

  it('keeps text as it was given, with quotes, backslashes, braces and NULL as a word', async () => {
    const labels = ['NULL', '', 'a"b', 'c\\d', '{e,f}', 'ü 🚢', ' g '];
    const issue = {
      at: '2026-01-01T00:00:00.000Z',
      issue_id: 5,
      title: `it's "so"`,
      body: null,
      state: 'open',
      state_reason: null,
      author_id: null,
      labels,
      created_at: '2026-01-01T00:00:00.000Z',
      closed_at: null,
    };
    const rows = await rowsAfter([[{ issues: [{ repository_id: 1, number: 1, observed: issue }] }]]);
    expect(rows['issues']).toMatchObject([{ title: `it's "so"`, labels }]);
  });

  it('replaces the commits of a pull request by a later listing, whichever comes first', async () => {
    const earlier = pullRequestCommitFacts({
      repository_id: 1,
      number: 7,
      shas: ['a', 'b'],
      at: '2026-01-01T00:00:00.000Z',
    });
    const later = pullRequestCommitFacts({
      repository_id: 1,
      number: 7,
      shas: ['b', 'c'],
      at: '2026-01-02T00:00:00.000Z',
    });
    for (const order of [
      [earlier, later],
      [later, earlier],
    ]) {
      const rows = await rowsAfter(order.map((facts) => [facts]));
      expect(rows['pull_request_commits']).toMatchObject([{ sha: 'b' }, { sha: 'c' }]);
    }
  });
});

describe('contributors', () => {
  const at = '2026-01-01T00:00:00.000Z';
  const email = (address: string, login?: string): Facts => ({
    contributor_emails: [
      { email: address, named: { at, name: 'Ann' }, ...(login && { linked: { at, login, user_id: null } }) },
    ],
  });

  it('are one person per GitHub user, with the emails that GitHub linked to it', async () => {
    const rows = await rowsAfter([[email('ann@a.example', 'ann')], [email('ann@b.example', 'ann')], [ann('ann')]]);
    expect(rows['contributors']).toMatchObject([{ contributor_id: 9, login: 'ann' }]);
    expect(rows['contributor_emails']).toMatchObject([{ contributor_id: 9 }, { contributor_id: 9 }]);
  });

  it('stay one person when the login changes, in one batch or in two', async () => {
    const [before, after] = [ann('ann'), ann('anna', '2026-01-02T00:00:00.000Z')];
    for (const batches of [[[before], [after]], [[before, after]], [[after], [before]]]) {
      const rows = await rowsAfter([[email('ann@a.example', 'ann')], ...batches]);
      expect(rows['contributors']).toMatchObject([{ contributor_id: 9, login: 'anna' }]);
      expect(rows['contributor_emails']).toMatchObject([{ contributor_id: 9 }]);
    }
  });

  it('are never joined by name alone', async () => {
    const rows = await rowsAfter([[email('ann@a.example')], [email('ann@b.example')], [ann('ann')]]);
    expect(rows['contributors']).toHaveLength(3);
  });

  it('are one person per login while their user id is unknown', async () => {
    const rows = await rowsAfter([[email('ann@a.example', 'ann')], [email('ann@b.example', 'ann')]]);
    expect(rows['contributors']).toMatchObject([{ login: 'ann', name: 'Ann', type: 'User' }]);
  });

  it('are bots where the name says so', async () => {
    const rows = await rowsAfter([[email('bot@a.example', 'renovate[bot]')]]);
    expect(rows['contributors']).toMatchObject([{ type: 'Bot' }]);
  });
});
