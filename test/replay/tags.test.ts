import { describe, expect, it } from 'vitest';
import { isPrerelease, readTags } from '../../src/replay/tags.ts';
import { openClone } from '../../src/sync/git-clone.ts';
import { GitRepository, sampleRepository } from '../support/git-repository.ts';

describe('tags', () => {
  it('are those that lead to a commit, in the end', async () => {
    const repository = sampleRepository();
    const { tags, without } = await readTags(await openClone(repository.path));
    const tagged = Date.UTC(2024, 5, 1, 12) / 1_000;
    expect(tags.map(({ name, commit, time }) => ({ name, sha: commit.sha, tagged: time === tagged }))).toEqual([
      { name: 'nested', sha: repository.sha('octopus'), tagged: true },
      { name: 'v0.9.1', sha: repository.sha('elsewhere'), tagged: false },
      { name: 'v1.0.0', sha: repository.sha('merge 1'), tagged: false },
      { name: 'v1.1.0-rc.1', sha: repository.sha('octopus'), tagged: true },
    ]);
    expect(without).toEqual(['a-file']);
  });

  it('may be none', async () => {
    const repository = new GitRepository().commit('a').build('a');
    expect(await readTags(await openClone(repository.path))).toEqual({ tags: [], without: [] });
  });

  it.each(['v1.0.0-rc.1', '2.0.0-beta', 'pkg@1.2.3-alpha.4', 'v3.0.0-0', 'v2.6.12-rc2', '3.14.0rc1', 'v4-beta'])(
    '%s is a pre-release',
    (name) => {
      expect(isPrerelease(name)).toBe(true);
    },
  );

  it.each(['v1.0.0', '2024-05-01', 'v10', 'release-3', 'pkg@1.2.3', 'v1.2.3+build-5', 'v1-developer', 'precise'])(
    '%s is a release',
    (name) => {
      expect(isPrerelease(name)).toBe(false);
    },
  );
});
