import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { mapEvent } from '../../src/events/map-event.ts';
import { orgId } from '../../src/replay/identity.ts';
import { readStory } from '../../src/replay/story.ts';
import { countWebhooks, generateWebhooks, type Webhook } from '../../src/replay/webhooks.ts';
import { openClone } from '../../src/sync/git-clone.ts';
import { GitRepository, sampleRepository } from '../support/git-repository.ts';

const repository = { org: 'acme', name: 'sample' };

async function tell(path: string): Promise<Webhook[]> {
  const story = await readStory(await openClone(path), repository);
  const webhooks = await Array.fromAsync(generateWebhooks(story));
  expect(webhooks).toHaveLength(countWebhooks(story));
  return webhooks;
}

const push = z.object({
  ref: z.string(),
  before: z.string(),
  after: z.string(),
  commits: z.array(z.object({ id: z.string() })),
  head_commit: z.object({ id: z.string() }).nullable(),
  repository: z.object({ pushed_at: z.number() }),
});
const pullEvent = z.object({
  action: z.string(),
  pull_request: z.looseObject({ number: z.number(), created_at: z.string(), merged_at: z.string().nullable() }),
});

function pushesOf(webhooks: readonly Webhook[], ref: RegExp) {
  const pushes = webhooks.filter(({ event }) => event === 'push').map(({ payload }) => push.parse(payload));
  return pushes.filter((one) => ref.test(one.ref));
}

function pullsOf(webhooks: readonly Webhook[], action: string) {
  const events = webhooks
    .filter(({ event }) => event === 'pull_request')
    .map(({ payload }) => pullEvent.parse(payload));
  return events.filter((one) => one.action === action).map((one) => one.pull_request);
}

/** Each commit in one push, each push after the one before. */
function expectWholeHistory(webhooks: readonly Webhook[], repository: GitRepository): void {
  const pushes = pushesOf(webhooks, /^refs\/heads\/main$/);
  const shas = pushes.flatMap(({ commits }) => commits.map(({ id }) => id));
  expect(shas.toSorted()).toEqual(repository.git('rev-list', 'main').split('\n').toSorted());
  expect(pushes.map(({ after }) => after)).toEqual(
    repository.git('rev-list', '--first-parent', '--reverse', 'main').split('\n'),
  );
  for (const [index, { before, commits, after, head_commit, repository }] of pushes.entries()) {
    expect(before).toBe(pushes[index - 1]?.after ?? '0'.repeat(40));
    expect(commits.at(-1)?.id).toBe(after);
    expect(head_commit?.id).toBe(after);
    expect(repository.pushed_at).toBeGreaterThan(pushes[index - 1]?.repository.pushed_at ?? 0);
  }
}

describe('the webhooks of a clone', () => {
  it('begin with the installation and the repository, then tell the whole history', async () => {
    const sample = sampleRepository();
    const webhooks = await tell(sample.path);
    expect(webhooks.slice(0, 3).map(({ event }) => event)).toEqual([
      'installation',
      'installation_repositories',
      'repository',
    ]);
    expectWholeHistory(webhooks, sample);
  });

  it('tell it whatever its shape and its clocks', async () => {
    const commit = fc.record({
      parents: fc.array(fc.nat(), { maxLength: 3 }),
      committedAt: fc.integer({ min: 1, max: 2_000_000_000 }),
      message: fc.constantFrom('Work', 'Title (#1)', 'Other (#2)', 'Merge pull request #1 from acme/x\n\nTitle'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(commit, { minLength: 1, maxLength: 20 }), async (commits) => {
        const random = new GitRepository();
        for (const [index, { parents, ...rest }] of commits.entries()) {
          const names = index === 0 ? [] : [...new Set(parents.map((parent) => `c${parent % index}`))];
          random.commit(`c${index}`, { parents: names, files: {}, ...rest });
        }
        random.build(`c${commits.length - 1}`);
        const webhooks = await tell(random.path);
        expectWholeHistory(webhooks, random);
        const numbers = pullsOf(webhooks, 'closed').map(({ number }) => number);
        expect(new Set(numbers).size).toBe(numbers.length);
        expect(new Set(pullsOf(webhooks, 'opened').map(({ number }) => number))).toEqual(new Set(numbers));
      }),
      { numRuns: 20 },
    );
  });

  it('count a pull request once, at its first merge on the first-parent line', async () => {
    const sample = sampleRepository();
    const merged = pullsOf(await tell(sample.path), 'closed');
    expect(merged.map(({ number }) => number)).toEqual([1, 2, 5]);
    expect(merged[0]).toMatchObject({
      title: 'Add work',
      body: 'In two steps.',
      user: null,
      head: { ref: 'feature/work', sha: sample.sha('work 2') },
      base: { ref: 'main', sha: sample.sha('direct') },
      merged: true,
      merge_commit_sha: sample.sha('merge 1'),
      commits: 2,
      additions: 2,
      deletions: 0,
      changed_files: 2,
      created_at: '2024-01-01T00:03:00Z',
      merged_at: '2024-01-01T00:05:00Z',
    });
    expect(merged[1]).toMatchObject({ title: 'Fix it', merge_commit_sha: sample.sha('squash 2') });
    expect(merged[2]).toMatchObject({ title: 'Revert "Fix it (#2)"', body: 'Reverts acme/sample#2' });
  });

  it('name a bot that opened a pull request, so that its work is left out as on GitHub', async () => {
    const bots = new GitRepository()
      .commit('root')
      .commit('squash', { parents: ['root'], author: 'renovate[bot]', message: 'Update (#1)' })
      .commit('branch', { parents: ['squash'], author: 'Ann' })
      .commit('merge', {
        parents: ['squash', 'branch'],
        author: 'merger[bot]',
        message: 'Merge pull request #2 from acme/branch\n\nWork',
      })
      .commit('person', { parents: ['merge'], author: 'Ann', message: 'Work (#3)' })
      .build('person');
    const users = pullsOf(await tell(bots.path), 'closed').map(({ number, user }) => ({ number, user }));
    expect(users).toMatchObject([
      { number: 1, user: { login: 'renovate[bot]', type: 'Bot' } },
      { number: 2, user: null },
      { number: 3, user: null },
    ]);
  });

  it('make a release of every tag, and bring in no commit that the default branch has not', async () => {
    const sample = sampleRepository();
    const webhooks = await tell(sample.path);
    const releases = webhooks.filter(({ event }) => event === 'release').map(({ payload }) => payload);
    expect(releases).toMatchObject([
      { release: { tag_name: 'v1.0.0', prerelease: false, target_commitish: sample.sha('merge 1') } },
      { release: { tag_name: 'v0.9.1', prerelease: false, target_commitish: sample.sha('elsewhere') } },
      { release: { tag_name: 'nested', published_at: '2024-06-01T12:00:00Z' } },
      { release: { tag_name: 'v1.1.0-rc.1', prerelease: true, target_commitish: sample.sha('octopus') } },
    ]);
    const heads = new Map(pushesOf(webhooks, /^refs\/tags\//).map((tag) => [tag.ref, tag.head_commit?.id ?? null]));
    expect(heads.get('refs/tags/v1.0.0')).toBe(sample.sha('merge 1'));
    expect(heads.get('refs/tags/v0.9.1')).toBeNull();
  });

  it('open a pull request before its merge, in the order of the times', async () => {
    const order = (await tell(sampleRepository().path)).map(({ event, payload }) => {
      const { action, number } = z
        .object({ action: z.string().optional(), number: z.number().optional() })
        .parse(payload);
      return [event, action, number].filter((part) => part !== undefined).join(' ');
    });
    expect(order.slice(3, 9)).toEqual([
      'push',
      'push',
      'pull_request opened 1',
      'push',
      'pull_request closed 1',
      'push',
    ]);
  });

  it('have the same GUIDs each time, each its own', async () => {
    const sample = sampleRepository();
    const guids = (await tell(sample.path)).map(({ guid }) => guid);
    expect(new Set(guids).size).toBe(guids.length);
    expect((await tell(sample.path)).map(({ guid }) => guid)).toEqual(guids);
    sample.commit('more', { parents: ['revert'], message: 'More (#9)' }).build('more');
    const grown = (await tell(sample.path)).map(({ guid }) => guid);
    expect(guids.filter((guid) => !grown.includes(guid))).toEqual([]);
    expect(grown).toHaveLength(guids.length + 3);
  });

  it('all say something of the org that they are of', async () => {
    for (const { event, payload } of await tell(sampleRepository().path)) {
      const mapped = mapEvent({ name: event, payload, receivedAt: '2026-01-01T00:00:00.000Z', appId: null });
      expect(mapped.tenantId).toBe(orgId(repository));
    }
  });

  it('show of a push what fits, the newest first to be kept', async () => {
    const large = new GitRepository().commit('root');
    let before = 'root';
    for (let index = 0; index < 2_100; index += 1) {
      large.commit(`c${index}`, { parents: [before], files: {} });
      before = `c${index}`;
    }
    large.commit('merge', { parents: ['root', before], files: {} }).build('merge');
    const [, merge] = pushesOf(await tell(large.path), /main/);
    expect(merge?.commits).toHaveLength(2_048);
    expect(merge?.commits.at(-1)?.id).toBe(large.sha('merge'));
    expect(merge?.commits[0]?.id).toBe(large.sha('c53'));
  });

  it('survive clocks that are far off', async () => {
    const broken = new GitRepository()
      .commit('past', { authoredAt: 0, committedAt: 0 })
      .commit('future', { parents: ['past'], message: 'Work (#1)', authoredAt: 1e15, committedAt: 1e15 })
      .commit('after', { parents: ['future'] })
      .build('after');
    const pushes = pushesOf(await tell(broken.path), /main/).map((one) => one.repository.pushed_at);
    const last = Date.UTC(9999, 11, 31) / 1_000;
    expect(pushes).toEqual([0, last, last + 1]);
  });

  it('of a branch without commits are those of the installation and the repository', async () => {
    expect((await tell(new GitRepository().path)).map(({ event }) => event)).toEqual([
      'installation',
      'installation_repositories',
      'repository',
    ]);
  });
});
