import { expect, it } from 'vitest';
import { z } from 'zod';
import { duration } from '../../src/checks/durations.ts';
import { startCheckedOrg } from '../support/checked-org.ts';
import type { PullRequest } from '../support/github/truth/work.ts';

const org = await startCheckedOrg();
const { standIn, change, repository, ann, ben, readApi } = org;

const HOUR_MS = 3_600_000;
const pass = (hours: number) => void (change.world.clock += hours * HOUR_MS);
const runsOn = (pull: PullRequest) => repository.checkRuns.filter(({ headSha }) => headSha === pull.headSha);

/** The text of the only run on a head, once its title is this. */
async function said(pull: PullRequest, title: RegExp): Promise<string> {
  const output = { title: expect.stringMatching(title) };
  await expect
    .poll(() => runsOn(pull), { timeout: 20_000, interval: 50 })
    .toMatchObject([{ name: 'Shiplog', status: 'completed', output }]);
  return runsOn(pull)[0]?.output.summary ?? '';
}

const seconds = z.number().nullable();
const stages = z.object({
  coding_s: seconds,
  pickup_s: seconds,
  review_s: seconds,
  deploy_s: seconds,
  cycle_s: seconds,
});
const metric = z.object({ value: seconds, n: z.int() });
const cell = (value: number | null) => (value === null ? '–' : duration(value));

/** The stage table as the API's numbers make it. */
async function expectFiguresOfApi(pull: PullRequest): Promise<void> {
  const own = stages.parse(await readApi(`/pulls/shop/${pull.number}`));
  const median = async (name: string) => metric.parse(await readApi(`/metrics/${name}?repository=shop`));
  const rows: [string, number | null, z.infer<typeof metric> | null][] = [
    ['Coding: first commit to opening', own.coding_s, null],
    ['Pickup: ready to first review', own.pickup_s, await median('pr-pickup')],
    ['Review: first review to merge', own.review_s, await median('pr-review')],
    ['Deploy: merge to production', own.deploy_s, null],
    ['Cycle: first commit to production', own.cycle_s, await median('pr-cycle')],
  ];
  const lines = rows
    .filter(([, value, of]) => value !== null || (of?.value ?? null) !== null)
    .map(([name, value, of]) => {
      const [middle, n] = of === null || of.value === null ? ['–', '–'] : [cell(of.value), String(of.n)];
      return `| ${name} | ${cell(value)} | ${middle} | ${n} |`;
    });
  expect(lines.length).toBeGreaterThan(2);
  await expect
    .poll(
      () =>
        runsOn(pull)[0]
          ?.output.summary?.split('\n')
          .filter((line) => /^\| [A-Z].*:/.test(line)),
      {
        timeout: 20_000,
      },
    )
    .toEqual(lines);
}

it('tells the life of a pull request, with the figures of the API, from its opening to its revert and the recovery', async () => {
  change.world.clock = Date.now() - 60 * HOUR_MS;
  await change.deliveries.deploy(repository);
  pass(1);
  const pull = await change.pulls.openPullRequest(repository, { author: ann, commits: 2 });
  expect(await said(pull, /^Waiting for review 2 d$/)).toContain('a review; nobody is asked for one');
  await change.pulls.requestReview(repository, pull, ben);
  await expect.poll(() => runsOn(pull)[0]?.output.summary, { timeout: 20_000 }).toContain('a review by `ben`');

  pass(3);
  await change.pulls.review(repository, pull, { author: ben, state: 'CHANGES_REQUESTED' });
  expect(await said(pull, /^Changes requested$/)).toContain('its author answers `ben`');
  const before = { ...pull };
  pass(1);
  await change.pulls.pushToPull(repository, pull);
  expect(await said(pull, /^Waiting for another review$/)).toContain('There are new commits since');
  expect(runsOn(before)).toMatchObject([{ output: { title: 'Changes requested' } }]);
  await change.pulls.review(repository, pull, { author: ben });
  expect(await said(pull, /^Approved, ready to merge$/)).toContain('merge it. Approved by `ben`');
  expect(runsOn(pull)).toMatchObject([{ conclusion: 'success' }]);

  pass(2);
  await change.pulls.merge(repository, pull);
  expect(await said(pull, /^Merged, waiting for a deployment$/)).toContain('Nothing else waits to be deployed.');
  await expectFiguresOfApi(pull);
  pass(1.4);
  const deployment = await change.deliveries.deploy(repository);
  const shipped = await said(pull, /^In production 1 h 24 min after merge$/);
  expect(shipped).toContain(`deployment ${deployment.id}`);
  expect(shipped).toContain('no incident is linked to it');
  await expectFiguresOfApi(pull);

  pass(2);
  const incident = await change.issues.openIssue(repository, { labels: ['incident'] });
  expect(await said(pull, / · incident open$/)).toContain('is linked to it. Not recovered.');
  expect(runsOn(pull)[0]?.actions.map(({ identifier }) => identifier)).toEqual(['refresh', 'not_a_failure', 'hide']);
  const revert = await change.pulls.openPullRequest(repository, { author: ben, body: `Reverts #${pull.number}` });
  await change.pulls.merge(repository, revert);
  expect(await said(pull, / · reverted by #\d+$/)).toContain('which is not deployed yet');
  pass(0.5);
  await change.deliveries.deploy(repository);
  await change.issues.closeIssue(repository, incident);
  await expect
    .poll(() => runsOn(pull)[0]?.output.summary, { timeout: 20_000 })
    .toMatch(/Incident .* is linked to it\. Recovered after 2 h 30 min/);
  await expectFiguresOfApi(pull);
  expect(standIn.violations).toEqual([]);
  expect(standIn.checked).toBeGreaterThan(0);
}, 120_000);
