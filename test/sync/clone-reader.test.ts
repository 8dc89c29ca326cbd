import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GitHubUnavailableError } from '../../src/errors.ts';
import { CloneReader, type HistoryPlace } from '../../src/sync/clone-reader.ts';
import type { SourceCommit } from '../../src/sync/commit-source.ts';
import { type GitRepository, makeFolder, sampleRepository } from '../support/git-repository.ts';

const TOKEN = 'ghs_secret';

function remoteOf(repository: GitRepository) {
  repository.git('config', 'uploadpack.allowFilter', 'true');
  const asked: string[] = [];
  const token = () => {
    asked.push('token');
    return Promise.resolve(TOKEN);
  };
  const place: HistoryPlace = { head: repository.git('rev-parse', 'main'), done: 0 };
  return { wanted: { repositoryId: 7, url: `file://${repository.path}`, token }, asked, place };
}

async function readAll(reader: CloneReader, { wanted, place }: ReturnType<typeof remoteOf>, size: number) {
  const commits: SourceCommit[] = [];
  let next: HistoryPlace | null = place;
  while (next) {
    const page: Awaited<ReturnType<CloneReader['readPage']>> = await reader.readPage(wanted, { place: next, size });
    commits.push(...page.commits);
    ({ next } = page);
  }
  return commits;
}

describe('a history from a clone', () => {
  it('has every commit of the branch once, with its parents, and leaves nothing behind', async () => {
    const repository = sampleRepository();
    const directory = makeFolder();
    const commits = await readAll(new CloneReader(directory), remoteOf(repository), 3);
    const listed = repository.git('log', '--format=%H %P', 'main').split('\n');
    expect(commits.map(({ sha, parents }) => [sha, ...(parents ?? [])].join(' '))).toEqual(
      listed.map((line) => line.trim()),
    );
    expect(commits.every(({ additions }) => additions === null)).toBe(true);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('names people as they were committed, whatever the mailmap says', async () => {
    const repository = sampleRepository();
    const commits = await readAll(new CloneReader(makeFolder()), remoteOf(repository), 100);
    const direct = commits.find(({ sha }) => sha === repository.sha('direct'));
    expect(direct?.author.email).toBe('bob@old.example.com');
  });

  it('goes on after a restart where it was, without another clone', async () => {
    const repository = sampleRepository();
    const directory = makeFolder();
    const remote = remoteOf(repository);
    const first = new CloneReader(directory);
    const page = await first.readPage(remote.wanted, { place: remote.place, size: 4 });
    await first.stop();
    const rest = await readAll(new CloneReader(directory), { ...remote, place: page.next ?? remote.place }, 4);
    const shas = [...page.commits, ...rest].map(({ sha }) => sha);
    expect(shas).toEqual(repository.git('log', '--format=%H', 'main').split('\n'));
    expect(remote.asked).toHaveLength(1);
  });

  it('repeats a page when it is asked to', async () => {
    const remote = remoteOf(sampleRepository());
    const reader = new CloneReader(makeFolder());
    const one = await reader.readPage(remote.wanted, { place: remote.place, size: 4 });
    const again = await reader.readPage(remote.wanted, { place: remote.place, size: 4 });
    expect(again.commits).toEqual(one.commits);
    await reader.stop();
  });

  it('begins anew at the branch that is there when the head has gone by a force-push', async () => {
    const repository = sampleRepository();
    const remote = remoteOf(repository);
    const gone = { head: 'f'.repeat(40), done: 5 };
    const commits = await readAll(new CloneReader(makeFolder()), { ...remote, place: gone }, 100);
    expect(commits).toHaveLength(Number(repository.git('rev-list', '--count', 'main')));
  });

  it('removes what a killed clone left, and stores no token', async () => {
    const directory = makeFolder();
    mkdirSync(join(directory, '7.git.partial-old'));
    const remote = remoteOf(sampleRepository());
    const reader = new CloneReader(directory);
    await reader.readPage(remote.wanted, { place: remote.place, size: 1 });
    expect(readdirSync(directory)).toEqual(['7.git']);
    expect(readFileSync(join(directory, '7.git', 'config'), 'utf8')).not.toContain(TOKEN);
    await reader.stop();
  });

  it('fails as GitHub does when it can not be cloned, without a trace', async () => {
    const directory = makeFolder();
    const wanted = { repositoryId: 7, url: `file://${directory}/nothing`, token: () => Promise.resolve(TOKEN) };
    const reading = new CloneReader(directory).readPage(wanted, { place: { head: 'a'.repeat(40), done: 0 }, size: 1 });
    await expect(reading).rejects.toThrow(GitHubUnavailableError);
    await expect(reading).rejects.not.toThrow(TOKEN);
    expect(existsSync(join(directory, '7.git'))).toBe(false);
    expect(readdirSync(directory)).toEqual([]);
  });
});
