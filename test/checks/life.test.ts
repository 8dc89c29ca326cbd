import { expect, it } from 'vitest';
import { startCheckedOrg, untilRun } from '../support/checked-org.ts';

const org = await startCheckedOrg();

it('says on a pull request how it stands', async () => {
  const { standIn, change, repository, ann } = org;
  const pull = await change.pulls.openPullRequest(repository, { author: ann });
  await untilRun(repository, pull, { name: 'Shiplog', status: 'completed', output: { title: 'Waiting for review' } });
  await change.pulls.merge(repository, pull);
  await untilRun(repository, pull, { output: { title: 'Merged' } });
  expect(standIn.violations).toEqual([]);
  expect(standIn.checked).toBeGreaterThan(0);
});
