import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { openClone } from '../../src/sync/git-clone.ts';
import { cloneRepository, GitRepository, makeFolder, runGit } from '../support/git-repository.ts';

describe('the default branch', () => {
  it("is the remote's, whatever is checked out", async () => {
    const source = new GitRepository()
      .commit('a')
      .build('a')
      .commit('b', { parents: ['a'] })
      .build('b', 'feature');
    const path = cloneRepository(source.path);
    runGit(path, 'checkout', '-q', 'feature');
    expect(await openClone(path)).toMatchObject({ branch: 'main', tip: source.sha('a') });
  });

  it("has the commits of one's own that come after the remote's", async () => {
    const source = new GitRepository().commit('a').build('a');
    const path = cloneRepository(source.path);
    runGit(path, 'commit', '-q', '--allow-empty', '-m', 'mine');
    expect(await openClone(path)).toMatchObject({ branch: 'main', tip: runGit(path, 'rev-parse', 'HEAD') });
    runGit(path, 'reset', '-q', '--hard', 'HEAD~');
    source.commit('b', { parents: ['a'] }).build('b');
    runGit(path, 'fetch', '-q');
    expect(await openClone(path)).toMatchObject({ tip: source.sha('b') });
  });

  it('is the one that is checked out where there is no remote', async () => {
    const repository = new GitRepository({ bare: true }).commit('a').build('a', 'trunk');
    repository.git('symbolic-ref', 'HEAD', 'refs/heads/trunk');
    expect(await openClone(repository.path)).toMatchObject({ branch: 'trunk', tip: repository.sha('a') });
  });

  it('is main or master when a commit is checked out by itself', async () => {
    const repository = new GitRepository()
      .commit('a')
      .commit('b', { parents: ['a'] })
      .build('b', 'master');
    repository.git('checkout', '-q', '--detach', repository.sha('a'));
    expect(await openClone(repository.path)).toMatchObject({ branch: 'master', tip: repository.sha('b') });
  });

  it('may have no commits yet', async () => {
    expect(await openClone(new GitRepository().path)).toMatchObject({ branch: 'main', tip: undefined });
  });
});

describe('a clone', () => {
  it('knows where it was cut', async () => {
    const source = new GitRepository()
      .commit('a')
      .commit('b', { parents: ['a'] })
      .build('b');
    const path = cloneRepository(source.path, '--depth=1');
    expect(await openClone(path)).toMatchObject({ boundary: new Set([source.sha('b')]), hasContents: true });
  });

  it('knows that it has no file contents', async () => {
    const source = new GitRepository().commit('a').build('a');
    source.git('config', 'uploadpack.allowFilter', 'true');
    const path = cloneRepository(source.path, '--bare', '--filter=blob:none');
    expect(await openClone(path)).toMatchObject({ hasContents: false });
  });

  it.each([
    ['a folder without one', () => makeFolder(), /can not be read as a git repository: not a git repository/],
    ['a folder that is not there', () => join(makeFolder(), 'nowhere'), /nowhere can not be read/],
    ['commits named by sha256', () => sha256Repository(), /names its commits by sha256/],
  ])('is not made of %s', async (_, makePath, message) => {
    const path = makePath();
    await expect(openClone(path)).rejects.toThrow(ConfigError);
    await expect(openClone(path)).rejects.toThrow(message);
  });
});

function sha256Repository(): string {
  const path = makeFolder();
  execFileSync('git', ['init', '--quiet', '--object-format=sha256', path]);
  return path;
}
