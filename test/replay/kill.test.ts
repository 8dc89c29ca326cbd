import { expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { orgId } from '../../src/replay/identity.ts';
import { type ReplayObserver, replay } from '../../src/replay/replay.ts';
import { createTestDatabase } from '../support/database.ts';
import { GitRepository } from '../support/git-repository.ts';
import { readRows } from '../support/rows.ts';
import { killableServer } from '../support/server-process.ts';

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
  const settings: Record<string, string> = {
    DATABASE_URL: url,
    WEBHOOK_SECRET: 'the secret of the tests',
    LOG_LEVEL: 'silent',
  };
  const repository = longRepository(400);
  const server = await killableServer(settings);
  onTestFinished(() => server.kill());
  const env: Record<string, string> = { ...settings, PORT: new URL(server.url).port };
  const restarts: Promise<void>[] = [];
  const killAt = [200, 700];
  const aways: boolean[] = [];
  const observer: ReplayObserver = {
    onRead() {},
    onDestination() {},
    onAway: (away) => aways.push(away),
    onProgress: ({ stage, done }) => {
      if (stage !== 'sent' || killAt[0] === undefined || done < killAt[0]) return;
      killAt.shift();
      restarts.push(server.restart());
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
}, 120_000);
