import { expect, it } from 'vitest';
import { startCheckedOrg, untilRun } from '../support/checked-org.ts';

const org = await startCheckedOrg();

it('tells the life of a pull request, from its opening to its revert and the recovery', async () => {
  const { standIn, change, repository, ann, ben } = org;
  await change.deliveries.deploy(repository);
  const said = async (title: RegExp) => {
    const output = { title: expect.stringMatching(title) };
    await untilRun(repository, pull, { name: 'Shiplog', status: 'completed', output });
    const [run] = runs();
    return run?.output.summary ?? '';
  };
  const runs = () => repository.checkRuns.filter(({ headSha }) => headSha === pull.headSha);
  const pull = await change.pulls.openPullRequest(repository, { author: ann, commits: 2 });

  await said(/^Waiting for review$/);
  await change.pulls.requestReview(repository, pull, ben);
  await change.pulls.review(repository, pull, { author: ben, state: 'CHANGES_REQUESTED' });
  await said(/^Changes requested$/);
  await change.pulls.pushToPull(repository, pull);
  await said(/^Waiting for another review$/);
  await change.pulls.review(repository, pull, { author: ben });
  await said(/^Approved, ready to merge$/);
  await change.pulls.merge(repository, pull);
  await said(/^Merged, waiting for a deployment$/);
  await change.deliveries.deploy(repository);
  await said(/^In production less than 1 min after merge$/);
  const incident = await change.issues.openIssue(repository, { labels: ['incident'] });
  await said(/ · incident open$/);
  const revert = await change.pulls.openPullRequest(repository, { author: ben, body: `Reverts #${pull.number}` });
  await change.pulls.merge(repository, revert);
  await said(/ · reverted by #\d+$/);
  await change.deliveries.deploy(repository);
  await change.issues.closeIssue(repository, incident);
  await expect.poll(() => runs()[0]?.output.summary ?? '', { timeout: 15_000 }).toMatch(/Incident.* Recovered after/);
  await said(/ · reverted by #\d+$/);
  expect(standIn.violations).toEqual([]);
  expect(standIn.checked).toBeGreaterThan(0);
});
