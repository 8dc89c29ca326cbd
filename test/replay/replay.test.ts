import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../db/connection.ts';
import { withTenant } from '../../db/tenant.ts';
import { loadConfig } from '../../src/config.ts';
import { createLogger } from '../../src/logging.ts';
import { orgId } from '../../src/replay/identity.ts';
import { type ReplayObserver, replay } from '../../src/replay/replay.ts';
import { type Shiplog, startShiplog } from '../../src/start.ts';
import { storeFacts } from '../support/api.ts';
import { createEmptyDatabase, createTestDatabase } from '../support/database.ts';
import { cloneRepository, GitRepository, sampleRepository } from '../support/git-repository.ts';
import { readRows } from '../support/rows.ts';

const SECRET = 'the secret of the tests';
const silent: ReplayObserver = { onRead() {}, onDestination() {}, onAway() {}, onProgress() {} };

let db: Database;
let url: string;
let shiplog: Shiplog;
beforeAll(async () => {
  ({ db, url } = await createTestDatabase());
  const config = loadConfig({ DATABASE_URL: url, PORT: '0', WEBHOOK_SECRET: SECRET });
  shiplog = await startShiplog({ config, log: createLogger({ level: 'silent', format: 'json' }) });
});
afterAll(() => shiplog.stop());

interface Given {
  org: string;
  repository?: string;
  env?: Record<string, string>;
  signal?: AbortSignal;
  observer?: ReplayObserver;
}

function run(path: string, { org, repository, env, signal, observer = silent }: Given) {
  const running = { DATABASE_URL: url, PORT: new URL(shiplog.url ?? '').port, WEBHOOK_SECRET: SECRET };
  const config = loadConfig({ ...running, ...env });
  return replay({ config, path, org, repository, observer, signal: signal ?? new AbortController().signal });
}

/** What git itself says. */
function countInGit(repository: GitRepository) {
  const emails = repository.git('log', '--format=%aE', 'main').toLowerCase().split('\n');
  return { commits: Number(repository.git('rev-list', '--count', 'main')), authors: new Set(emails).size };
}

describe('a replay', () => {
  it('ends with what git has, in the database', async () => {
    const sample = sampleRepository();
    const result = await run(sample.path, { org: 'counted', repository: 'web' });
    expect(result.stored).toEqual({ ...countInGit(sample), pull_requests_merged: 3, releases: 4 });
    expect(result.git).toEqual(result.stored);
    expect(result.deliveries).toMatchObject({ stored: 24, applied: 24, accepted: 24, others: [] });
    expect(result.destination).toMatchObject({ url: shiplog.url, temporary: false });
  });

  it('ships with each tag what git lists for it and for no tag before', async () => {
    const repository = new GitRepository().commit('c0');
    const tags: string[] = [];
    for (let index = 1; index <= 60; index += 1) {
      // Short branches; each tag is of a merge, whose second parent no earlier one has.
      const parents = [`c${Math.max(0, index - 1 - (index % 4))}`, ...(index % 3 === 0 ? [`c${index - 1}`] : [])];
      repository.commit(`c${index}`, { parents: [...new Set(parents)], files: {} });
      if (index % 3 === 0) tags.push(`c${index}`);
    }
    repository.commit('end', { parents: ['c60', 'c59', 'c58', 'c57'], files: {} }).build('end');
    for (const name of tags) repository.git('tag', `v${name}`, repository.sha(name));
    await run(repository.path, { org: 'tagged' });
    const tenantId = orgId({ org: 'tagged', name: '' });
    const list = () =>
      withTenant(db, tenantId, async (trx) => {
        const { rows } = await sql<{ ref: string; shas: string[] }>`
          select d.ref, array(select m.sha from shipped_commits m
            where m.tenant_id = ${tenantId} and m.deployment_id = d.deployment_id order by 1) as shas
          from production_deployments d where d.tenant_id = ${tenantId} and d.attributed
          order by d.finished_at, d.deployment_id`.execute(trx);
        return rows;
      });
    const expected = tags.map((name, index) => ({
      ref: `v${name}`,
      shas: repository
        .git('rev-list', `v${name}`, '--not', ...tags.slice(0, index).map((earlier) => `v${earlier}`))
        .split('\n')
        .filter((sha) => sha !== '')
        .toSorted(),
    }));
    await expect.poll(list, { timeout: 20_000 }).toEqual(expected);
  });

  it('changes nothing the second time', async () => {
    const sample = sampleRepository();
    await run(sample.path, { org: 'twice' });
    const tenantId = orgId({ org: 'twice', name: '' });
    const rows = await readRows(db, tenantId);
    expect(rows['commits']).not.toEqual([]);
    const again = await run(sample.path, { org: 'twice' });
    expect(again.deliveries).toMatchObject({ stored: 24, accepted: 0 });
    expect(await readRows(db, tenantId)).toEqual(rows);
  });

  it('adds what is new in a clone that has grown', async () => {
    const sample = sampleRepository();
    await run(sample.path, { org: 'grown' });
    sample
      .commit('side', { parents: ['revert'] })
      .commit('more', { parents: ['revert', 'side'], message: 'Merge pull request #8 from acme/more\n\nMore\n' })
      .build('more');
    const result = await run(sample.path, { org: 'grown' });
    expect(result.deliveries.accepted).toBe(3);
    expect(result.stored).toEqual({ ...countInGit(sample), pull_requests_merged: 4, releases: 4 });
  });

  it('puts two repositories into one org', async () => {
    const [one, two] = [sampleRepository(), new GitRepository().commit('a').build('a')];
    await run(one.path, { org: 'shared', repository: 'one' });
    const result = await run(two.path, { org: 'Shared', repository: 'two' });
    expect(result.stored).toEqual({ commits: 1, authors: 1, pull_requests_merged: 0, releases: 0 });
    const rows = await readRows(db, orgId({ org: 'shared', name: '' }));
    expect(rows['installations']).toHaveLength(1);
    expect(rows['repositories']).toMatchObject([{ installed: true }, { installed: true }]);
  });

  it('takes its names from the remote, else from the folder', async () => {
    const repository = new GitRepository({ folder: 'my project' }).commit('a').build('a');
    expect((await run(repository.path, { org: 'named' })).repository).toEqual({ org: 'named', name: 'my-project' });
    repository.git('remote', 'add', 'origin', 'git@github.com:acme/web.git');
    expect((await run(repository.path, { org: 'named' })).repository).toEqual({ org: 'named', name: 'web' });
  });

  it('tells a shallow clone as far as it goes, and an empty one not at all', async () => {
    const shallow = cloneRepository(sampleRepository().path, '--depth=2');
    const result = await run(shallow, { org: 'shallow' });
    expect(result.stored).toEqual(result.git);
    expect(result.stored.commits).toBeGreaterThan(1);
    const nothing = { commits: 0, authors: 0, pull_requests_merged: 0, releases: 0 };
    expect((await run(new GitRepository().path, { org: 'empty' })).stored).toEqual(nothing);
  });

  it('can be stopped, and goes on where it stopped', async () => {
    const sample = sampleRepository();
    const stop = new AbortController();
    const onProgress = ({ done }: { done: number }) => done === 5 && stop.abort();
    const stopped = run(sample.path, { org: 'stopped', signal: stop.signal, observer: { ...silent, onProgress } });
    await expect(stopped).rejects.toThrow(/abort/);
    const result = await run(sample.path, { org: 'stopped' });
    expect(result.deliveries.accepted).toBeLessThan(24);
    expect(result.stored).toEqual(result.git);
  });
});

describe('where no Shiplog takes webhooks', () => {
  it.each([
    ['none runs', { PORT: '1' }],
    ['the one that runs is in setup mode', { WEBHOOK_SECRET: '' }],
  ])('a replay starts one for its own time: %s', async (_, env) => {
    const sample = sampleRepository();
    const result = await run(sample.path, { org: 'alone', env });
    expect(result.destination.temporary).toBe(true);
    expect(result.stored).toEqual(result.git);
    await expect(fetch(`${result.destination.url}/livez`)).rejects.toThrow('fetch failed');
  });
});

describe('a replay refuses', () => {
  it('a Shiplog with another secret', async () => {
    const { path } = new GitRepository();
    await expect(run(path, { org: 'secret', env: { WEBHOOK_SECRET: 'another' } })).rejects.toThrow(
      /refuses the signature: its WEBHOOK_SECRET is another one than here/,
    );
  });

  it('a Shiplog on another database', async () => {
    const { path } = new GitRepository();
    for (const other of [await createTestDatabase(), await createEmptyDatabase()]) {
      const replayed = run(path, { org: 'elsewhere', env: { DATABASE_URL: other.url } });
      await expect(replayed).rejects.toThrow(/keeps its data in another database than the one found here/);
    }
  });

  it('an org that is connected to GitHub', async () => {
    await storeFacts(db, 4242, 'Connected');
    const { path } = new GitRepository();
    await expect(run(path, { org: 'connected' })).rejects.toThrow(/connected is here already.*--org NAME/);
  });

  it('names that GitHub would not take', async () => {
    const { path } = new GitRepository();
    await expect(run(path, { org: 'a b' })).rejects.toThrow(/--org a b: a name is made of/);
    await expect(run(path, { org: 'a', repository: '..' })).rejects.toThrow(/--repository \.\.: a name/);
  });
});
