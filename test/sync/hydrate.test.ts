import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { mapEvent } from '../../src/events/map-event.ts';
import { applyFacts } from '../../src/facts/apply.ts';
import { orgId, repositoryId } from '../../src/replay/identity.ts';
import { readStory, type Story } from '../../src/replay/story.ts';
import { generateWebhooks } from '../../src/replay/webhooks.ts';
import { openClone } from '../../src/sync/git-clone.ts';
import { createGitCommitSource } from '../../src/sync/git-commit-source.ts';
import { hydrateRepository } from '../../src/sync/hydrate.ts';
import { createTestDatabase } from '../support/database.ts';
import { cloneRepository, GitRepository, sampleRepository } from '../support/git-repository.ts';
import { readRows } from '../support/rows.ts';

let db: Database;
beforeAll(async () => {
  ({ db } = await createTestDatabase());
});

/** The story of a clone, with what its webhooks say already stored. */
async function tell(path: string, org: string): Promise<{ story: Story; tenantId: number; repositoryId: number }> {
  const repository = { org, name: 'sample' };
  const story = await readStory(await openClone(path), repository);
  const tenantId = orgId(repository);
  for await (const { event, payload } of generateWebhooks(story)) {
    const mapped = mapEvent({ name: event, payload, receivedAt: '2026-01-01T00:00:00.000Z', appId: null });
    if (mapped.tenantId === null) throw new Error(mapped.ignored);
    await withTenant(db, tenantId, (trx) => applyFacts(trx, tenantId, [mapped.facts]));
  }
  return { story, tenantId, repositoryId: repositoryId(repository) };
}

function listCommits(tenantId: number) {
  return withTenant(db, tenantId, (trx) =>
    trx.selectFrom('commits').selectAll().where('tenant_id', '=', tenantId).orderBy('sha').execute(),
  );
}

async function listPulls(tenantId: number, number: number) {
  const rows = await withTenant(db, tenantId, (trx) =>
    trx
      .selectFrom('pull_request_commits')
      .select('sha')
      .where('tenant_id', '=', tenantId)
      .where('number', '=', number)
      .execute(),
  );
  return rows.map(({ sha }) => sha).toSorted();
}

describe('hydration', () => {
  it('adds parents, exact dates and line counts to every commit', async () => {
    const sample = sampleRepository();
    const { story, ...place } = await tell(sample.path, 'details');
    await hydrateRepository(db, place, { source: createGitCommitSource(story) });
    const commits = new Map((await listCommits(place.tenantId)).map((commit) => [commit.sha, commit]));
    for (const line of sample.git('log', '--format=%H %at %ct %P', 'main').split('\n')) {
      const [sha = '', authored, committed, ...parents] = line.split(' ');
      expect(commits.get(sha)).toMatchObject({
        parents,
        authored_at: new Date(Number(authored) * 1_000),
        committed_at: new Date(Number(committed) * 1_000),
      });
    }
    expect(commits.size).toBe(Number(sample.git('rev-list', '--count', 'main', '--tags')));
    expect(commits.get(sample.sha('merge 1'))).toMatchObject({ additions: 2, deletions: 0, changed_files: 2 });
    expect(commits.get(sample.sha('again 2'))).toMatchObject({ additions: 0, deletions: 0, changed_files: 0 });
  });

  it('lists the commits of merged pull requests', async () => {
    const sample = sampleRepository();
    const { story, ...place } = await tell(sample.path, 'listings');
    await hydrateRepository(db, place, { source: createGitCommitSource(story) });
    const shas = (...names: string[]) => names.map((name) => sample.sha(name)).toSorted();
    expect(await listPulls(place.tenantId, 1)).toEqual(shas('work 1', 'work 2'));
    expect(await listPulls(place.tenantId, 2)).toEqual(shas('squash 2'));
  });

  it('brings in the commits that were too many for their push', async () => {
    const large = new GitRepository().commit('root');
    let before = 'root';
    for (let index = 0; index < 2_600; index += 1) {
      large.commit(`c${index}`, { parents: [before], files: {} });
      before = `c${index}`;
    }
    large.commit('merge', { parents: ['root', before], files: {} }).build('merge');
    const { story, ...place } = await tell(large.path, 'gaps');
    expect(await listCommits(place.tenantId)).toHaveLength(2_049);
    await hydrateRepository(db, place, { source: createGitCommitSource(story) });
    const commits = await listCommits(place.tenantId);
    expect(commits).toHaveLength(2_602);
    expect(commits.filter(({ parents }) => parents === null)).toEqual([]);
  });

  it('brings in the history of tags whose branch is gone', async () => {
    const released = new GitRepository()
      .commit('a')
      .commit('b', { parents: ['a'] })
      .commit('beta 1', { parents: ['a'] })
      .commit('beta 2', { parents: ['beta 1'] })
      .build('b');
    released.git('tag', 'v2.0.0', released.sha('beta 2'));
    released.git('tag', '-a', '-m', 'As an object', 'v2.1.0', released.sha('beta 2'));
    const { story, ...place } = await tell(released.path, 'betas');
    await hydrateRepository(db, place, { source: createGitCommitSource(story) });
    const commits = await listCommits(place.tenantId);
    expect(new Map(commits.map(({ sha, parents }) => [sha, parents]))).toEqual(
      new Map([
        [released.sha('a'), []],
        [released.sha('b'), [released.sha('a')]],
        [released.sha('beta 1'), [released.sha('a')]],
        [released.sha('beta 2'), [released.sha('beta 1')]],
      ]),
    );
  });

  it('changes nothing the second time, and reports how far it is', async () => {
    const sample = sampleRepository();
    const { story, ...place } = await tell(sample.path, 'twice');
    const progress: number[][] = [];
    const source = createGitCommitSource(story);
    await hydrateRepository(db, place, { source, onProgress: (...done) => progress.push(done) });
    const total = Number(sample.git('rev-list', '--count', 'main', '--tags')) + story.pulls.length;
    expect(progress.at(-1)).toEqual([total, total]);
    const rows = await readRows(db, place.tenantId);
    await hydrateRepository(db, place, { source });
    expect(await readRows(db, place.tenantId)).toEqual(rows);
  });

  it('leaves out what a shallow clone can not know', async () => {
    const source = new GitRepository()
      .commit('a')
      .commit('b', { parents: ['a'] })
      .commit('c', { parents: ['b'] })
      .build('c');
    const { story, ...place } = await tell(cloneRepository(source.path, '--depth=2'), 'shallow');
    await hydrateRepository(db, place, { source: createGitCommitSource(story) });
    const commits = await listCommits(place.tenantId);
    expect(commits.map(({ sha, parents, additions }) => ({ sha, parents, additions }))).toEqual(
      [
        { sha: source.sha('b'), parents: null, additions: null },
        { sha: source.sha('c'), parents: [source.sha('b')], additions: 1 },
      ].toSorted((one, other) => (one.sha < other.sha ? -1 : 1)),
    );
  });

  it('counts no lines where a clone has no file contents', async () => {
    const source = new GitRepository()
      .commit('a')
      .commit('b', { parents: ['a'] })
      .build('b');
    source.git('config', 'uploadpack.allowFilter', 'true');
    const { story, ...place } = await tell(cloneRepository(source.path, '--bare', '--filter=blob:none'), 'blobless');
    await hydrateRepository(db, place, { source: createGitCommitSource(story) });
    const commit = (await listCommits(place.tenantId)).find(({ sha }) => sha === source.sha('b'));
    expect(commit).toMatchObject({ parents: [source.sha('a')], additions: null, deletions: null });
  });
});
