import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { orgId } from '../../src/replay/identity.ts';
import { type ReplayObserver, replay } from '../../src/replay/replay.ts';
import { createTestDatabase } from '../support/database.ts';
import { GitRepository } from '../support/git-repository.ts';
import { readRows } from '../support/rows.ts';

const servers = new Set<ChildProcess>();
afterAll(() => servers.forEach((server) => server.kill('SIGKILL')));

async function startServer(env: Record<string, string>): Promise<ChildProcess> {
  const server = spawn(process.execPath, ['src/main.ts'], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: 'ignore',
  });
  servers.add(server);
  for (;;) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
    const response = await fetch(`http://127.0.0.1:${env['PORT']}/livez`).catch(() => undefined);
    if (response?.ok) return server;
    await sleep(50);
  }
}

async function killServer(server: ChildProcess): Promise<void> {
  server.kill('SIGKILL');
  await once(server, 'exit');
  servers.delete(server);
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
}

/** Pull requests in a row: each step is a merge of two commits. */
function longRepository(pulls: number): GitRepository {
  const repository = new GitRepository().commit('p0');
  for (let n = 1; n <= pulls; n += 1) {
    const before = `p${n - 1}`;
    const message = `Merge pull request #${n} from acme/b${n}\n\nPull ${n}\n`;
    repository.commit(`a${n}`, { parents: [before], email: `dev${n % 7}@example.com` });
    repository.commit(`b${n}`, { parents: [`a${n}`] }).commit(`p${n}`, { parents: [before, `b${n}`], message });
  }
  return repository.build(`p${pulls}`);
}

it('loses nothing and doubles nothing when the server is killed in the middle and started again', async () => {
  const { db, url } = await createTestDatabase();
  const port = String(await findFreePort());
  const env: Record<string, string> = {
    DATABASE_URL: url,
    PORT: port,
    WEBHOOK_SECRET: 'the secret of the tests',
    LOG_LEVEL: 'silent',
  };
  const repository = longRepository(400);
  let server = await startServer(env);
  const restarts: Promise<void>[] = [];
  const restart = async () => {
    await killServer(server);
    server = await startServer(env);
  };
  const killAt = [200, 700];
  const aways: boolean[] = [];
  const observer: ReplayObserver = {
    onRead() {},
    onDestination() {},
    onAway: (away) => aways.push(away),
    onProgress: ({ stage, done }) => {
      if (stage !== 'sent' || killAt[0] === undefined || done < killAt[0]) return;
      killAt.shift();
      restarts.push(restart());
    },
  };
  const options = { path: repository.path, org: 'killed', repository: 'web', signal: new AbortController().signal };
  const result = await replay({ ...options, config: loadConfig(env), observer });
  await Promise.all(restarts);

  expect(restarts).toHaveLength(2);
  expect(aways).toContain(true);
  const counts = { commits: 1_201, authors: 8, pull_requests_merged: 400, releases: 0 };
  expect(result.git).toEqual(counts);
  expect(result.stored).toEqual(counts);
  expect(result.deliveries).toMatchObject({ stored: 1_204, applied: 1_204, others: [] });

  // A replay that nobody disturbed ends in the same rows.
  const rows = await readRows(db, orgId({ org: 'killed', name: '' }));
  expect(rows['commits']).toHaveLength(counts.commits);
  expect(rows['pull_request_commits']).toHaveLength(800);
  const undisturbed = await replay({ ...options, config: loadConfig(env), observer: { ...observer, onProgress() {} } });
  expect(undisturbed.deliveries).toMatchObject({ stored: 1_204, accepted: 0 });
  expect(await readRows(db, orgId({ org: 'killed', name: '' }))).toEqual(rows);
  await killServer(server);
}, 120_000);
