import { expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { chooseTracking } from '../../src/tenancy/choose-tracking.ts';
import { startCheckedOrg } from '../support/checked-org.ts';

const { standIn, change, organization, repository, ann, ben, db, readApi } = await startCheckedOrg();
const actor = { name: 'operator', address: null, userAgent: null };
const choose = (tracked: boolean) =>
  withTenant(db, organization.id, (trx) =>
    chooseTracking(trx, {
      tenantId: organization.id,
      repositoryId: repository.id,
      tracked,
      actor,
      target: repository.fullName,
    }),
  );
const untilRuns = (runs: unknown) =>
  expect.poll(() => repository.checkRuns, { timeout: 20_000, interval: 50 }).toMatchObject(runs as object);

it('concludes where the plan leaves the repository out, and speaks when it is tracked', async () => {
  await expect.poll(() => readApi('/repositories/shop'), { timeout: 20_000 }).toMatchObject({ tracked: true });
  await choose(false);
  const pull = await change.pulls.openPullRequest(repository, { author: ann });
  const limit = { title: 'Not tracked: the plan has no room for this repository' };
  await untilRuns([{ headSha: pull.headSha, status: 'completed', conclusion: 'neutral', output: limit }]);
  await change.pulls.review(repository, pull, { author: ben });
  await choose(true);
  await untilRuns([{ conclusion: 'success', output: { title: 'Approved' } }]);
  expect(standIn.violations).toEqual([]);
}, 60_000);
