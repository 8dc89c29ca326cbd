import { describe, expect, it } from 'vitest';
import type { SourceCommit } from '../../src/sync/commit-source.ts';
import { readLog, sane } from '../../src/sync/git-log.ts';
import { GitRepository } from '../support/git-repository.ts';

async function readAll(repository: GitRepository): Promise<SourceCommit[]> {
  return Array.fromAsync(readLog({ path: repository.path, revisions: ['--reverse', 'main'], counts: true }));
}

describe('git log', () => {
  it('tells of a commit who, when, what and how much', async () => {
    const repository = new GitRepository({ folder: 'with a space' })
      .commit('one', { files: { 'a.txt': '1\n2\n3\n' } })
      .commit('two', {
        parents: ['one'],
        message: 'Second\n\nWith a body.\n',
        author: 'Zoë 王',
        email: 'zoe@example.com',
        committerEmail: 'carl@example.com',
        authoredAt: 1_700_000_000,
        committedAt: 1_700_000_100,
        files: { 'a.txt': '1\n3\n4\n5\n' },
      })
      .build('two');
    expect((await readAll(repository))[1]).toEqual({
      sha: repository.sha('two'),
      parents: [repository.sha('one')],
      author: { name: 'Zoë 王', email: 'zoe@example.com' },
      committer: { name: 'Carl', email: 'carl@example.com' },
      authored_at: '2023-11-14T22:13:20.000Z',
      committed_at: '2023-11-14T22:15:00.000Z',
      message: 'Second\n\nWith a body.\n',
      additions: 2,
      deletions: 1,
      changed_files: 1,
    });
  });

  it('counts a merge against its first parent, and an empty commit as nothing', async () => {
    const repository = new GitRepository()
      .commit('root')
      .commit('side', { parents: ['root'], files: { 'side.txt': 'a\nb\n' } })
      .commit('main', { parents: ['root'] })
      .commit('merge', { parents: ['main', 'side'], files: { 'side.txt': 'a\nb\n' } })
      .commit('empty', { parents: ['merge'], files: {} })
      .build('empty');
    const counts = new Map((await readAll(repository)).map((commit) => [commit.message, commit]));
    expect(counts.get('merge')).toMatchObject({ additions: 2, deletions: 0, changed_files: 1 });
    expect(counts.get('empty')).toMatchObject({ additions: 0, deletions: 0, changed_files: 0 });
    expect(counts.get('root')).toMatchObject({ additions: 1, changed_files: 1 });
  });

  it('survives names that are no UTF-8, messages of any size and bytes that it uses itself', async () => {
    const long = `Long\n\n${'x'.repeat(300_000)}\n`;
    const repository = new GitRepository()
      .commit('latin', { author: Buffer.from('Jos\xe9', 'latin1'), message: Buffer.from('caf\xe9\n', 'latin1') })
      .commit('control', { parents: ['latin'], author: 'A\x01B', message: '\x01\x01 1 file changed\n' })
      .commit('nothing', { parents: ['control'], message: '', files: {} })
      .commit('long', { parents: ['nothing'], message: long })
      .build('long');
    const commits = await readAll(repository);
    expect(commits.map(({ message }) => message)).toEqual(['caf\u{fffd}\n', '\x01\x01 1 file changed\n', '', long]);
    expect(commits.map(({ author }) => author.name)).toEqual(['Jos\u{fffd}', 'A\x01B', 'Ada', 'Ada']);
    expect(commits.map(({ additions }) => additions)).toEqual([1, 1, 0, 1]);
  });

  it('reads exactly the commits that it is given, in their order', async () => {
    const repository = new GitRepository()
      .commit('a')
      .commit('b', { parents: ['a'] })
      .commit('c', { parents: ['b'] })
      .build('c');
    const shas = [repository.sha('b'), repository.sha('a')];
    const commits = await Array.fromAsync(readLog({ path: repository.path, shas, counts: false }));
    expect(commits.map(({ sha, additions }) => ({ sha, additions }))).toEqual([
      { sha: shas[0], additions: null },
      { sha: shas[1], additions: null },
    ]);
  });

  it('gives a broken date the nearest one that a calendar has', () => {
    expect(sane(-5)).toBe(0);
    expect(sane(Number.NaN)).toBe(0);
    expect(new Date(sane(1e18) * 1_000).toISOString()).toBe('9999-12-31T00:00:00.000Z');
  });
});
