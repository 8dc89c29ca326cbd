import { describe, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import { applyFacts } from '../../../src/facts/apply.ts';
import type { Facts } from '../../../src/facts/facts.ts';
import { CloneReader } from '../../../src/sync/clone-reader.ts';
import { createCommits } from '../../../src/sync/entities/commits.ts';
import type { Page } from '../../../src/sync/entity.ts';
import { answeringInstallation, firstPage, repository } from '../../support/answering-installation.ts';
import { createTestDatabase } from '../../support/database.ts';
import { GitRepository, makeFolder, sampleRepository } from '../../support/git-repository.ts';
import { commitNode, connectionNode } from '../../support/graphql-nodes.ts';
import { ACME } from '../../support/payloads.ts';
import { removeRows } from '../../support/rows.ts';

const { db } = await createTestDatabase();

function servedRepository(): { webUrl: string; git: GitRepository } {
  const git = new GitRepository({ folder: 'acme/rocket.git', bare: true });
  git.git('config', 'uploadpack.allowFilter', 'true');
  git.git('fetch', '--quiet', sampleRepository().path, 'main:main');
  return { git, webUrl: `file://${git.path.replace('/acme/rocket.git', '')}` };
}

/** The API knows the newest commit with its counts, and of how many it is. */
function installationOf(git: GitRepository) {
  const head = git.git('rev-parse', 'main');
  const total = Number(git.git('rev-list', '--count', 'main'));
  const parents = git.git('log', '-1', '--format=%P', 'main').split(' ');
  const newest = { ...commitNode(head), parents: connectionNode(parents.map((oid) => ({ oid }))) };
  const history = { ...connectionNode([newest], 'after the newest'), totalCount: total };
  const target = { __typename: 'Commit', oid: head, history };
  const answer = () => ({ repository: { databaseId: repository.id, defaultBranchRef: { target }, object: target } });
  return answeringInstallation({ graphql: { BranchHistory: answer, History: answer } });
}

async function readPages(cloneFromCommits: number) {
  const { git, webUrl } = servedRepository();
  const { client, asked } = installationOf(git);
  const clones = new CloneReader(makeFolder());
  const github = { webUrl, contentsToken: () => Promise.resolve('ghs_token') };
  const commits = createCommits({ github, clones, cloneFromCommits });
  const pages: Page[] = [await commits.readPage(firstPage(client))];
  for (let cursor = pages[0]?.cursor; cursor && pages.length < 5; cursor = pages.at(-1)?.cursor) {
    pages.push(await commits.readPage({ ...firstPage(client), cursor }));
  }
  await clones.stop();
  return { git, asked, pages };
}

async function storedCommits(facts: readonly Facts[]) {
  const tenant: Facts = {
    tenants: [{ observed: { at: '2026-01-01T00:00:00.000Z', login: ACME.login, type: ACME.type } }],
  };
  return withTenant(db, ACME.id, async (trx) => {
    await applyFacts(trx, ACME.id, [tenant, ...facts]);
    return trx
      .selectFrom('commits')
      .select(['sha', 'parents', 'additions', 'detailed_at'])
      .where('tenant_id', '=', ACME.id)
      .execute();
  });
}

describe('a large history', () => {
  it('comes from a clone after the newest, at no cost', async () => {
    const { git, asked, pages } = await readPages(1);
    expect(asked).toEqual(['BranchHistory']);
    expect(pages.map(({ items }) => items).reduce((sum, items) => sum + items, 0)).toBe(pages[0]?.total);
    const stored = await storedCommits(pages.flatMap(({ facts }) => facts));
    expect(stored.map(({ sha }) => sha).toSorted()).toEqual(
      git.git('log', '--format=%H', 'main').split('\n').toSorted(),
    );
    expect(stored.every(({ parents, detailed_at }) => parents !== null && detailed_at !== null)).toBe(true);
  });

  it('keeps the line counts that the API knows, in either order', async () => {
    const { git, pages } = await readPages(1);
    const head = git.git('rev-parse', 'main');
    const facts = pages.flatMap((page) => page.facts);
    for (const order of [facts, facts.toReversed()]) {
      await removeRows(db, ACME.id);
      for (const one of order) await storedCommits([one]);
      const stored = await storedCommits([]);
      expect(stored.find(({ sha }) => sha === head)).toMatchObject({ additions: 3 });
      expect(stored.filter(({ additions }) => additions === null).length).toBe(stored.length - 1);
    }
  });

  it('is one from as many commits on as is set', async () => {
    const { asked } = await readPages(1_000);
    expect(asked.length).toBeGreaterThan(1);
  });
});
