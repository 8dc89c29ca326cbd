import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder, runGit } from '../support/git-repository.ts';
import { installationToken } from '../support/github/octokit.ts';
import { type StandIn, startStandIn } from '../support/github/stand-in.ts';
import { sampleOrg } from '../support/github/truth/sample-org.ts';

let standIn: StandIn;
let token: string;
beforeEach(async () => {
  standIn = await startStandIn();
  const organization = sampleOrg(standIn.truth, 1, { repositories: 2 });
  const { id } = standIn.truth.install(organization, { at: '2026-03-01T00:00:00Z' });
  token = await installationToken(standIn, id);
});
afterEach(() => standIn.stop());

async function clone(fullName: string, secret: string): Promise<string> {
  const path = join(makeFolder(), 'clone');
  const url = `http://x-access-token:${secret}@${standIn.host}/${fullName}.git`;
  await promisify(execFile)('git', ['clone', '--quiet', '--bare', '--filter=blob:none', url, path], {
    env: { ...process.env, GIT_TERMINAL_PROMPT: '0' },
  });
  return path;
}

it('lets git clone a private repository with a token: the same commits, without contents', async () => {
  const path = await clone('acme/service-2', token);
  const repository = standIn.truth.repository('acme/service-2');
  const tip = repository.branches.get('main') ?? '';
  expect(runGit(path, 'rev-parse', 'main')).toBe(tip);
  const listed = runGit(path, 'log', '--format=%H %P', 'main').split('\n').toSorted();
  const known = repository.history(tip).map(({ sha, parents }) => `${sha} ${parents.join(' ')}`.trim());
  expect(listed.map((line) => line.trim())).toEqual(known.toSorted());
  expect(runGit(path, 'rev-list', '--objects', '--all', '--missing=print', '--quiet').startsWith('?')).toBe(true);
  expect(standIn.requests.some(({ kind }) => kind === 'git')).toBe(true);
});

it('has new commits in the next clone', async () => {
  await clone('acme/service-2', token);
  const repository = standIn.truth.repository('acme/service-2');
  const old = repository.commit(repository.branches.get('main') ?? '');
  const commit = repository.addCommit({ ...old, parents: [old.sha] }, old);
  repository.branches.set('main', commit.sha);
  expect(runGit(await clone('acme/service-2', token), 'rev-parse', 'main')).toBe(commit.sha);
});

it('gives nothing to a token that is none', async () => {
  await expect(clone('acme/service-2', 'ghs_nothing')).rejects.toThrow('Authentication failed');
});
