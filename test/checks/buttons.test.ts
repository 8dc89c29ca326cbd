import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { withTenant } from '../../db/tenant.ts';
import { startCheckedOrg } from '../support/checked-org.ts';
import type { CheckRun, PullRequest } from '../support/github/truth/work.ts';

const { standIn, change, organization, repository, ann, ben, cy, db } = await startCheckedOrg();
const patience = { timeout: 20_000, interval: 50 };
const titleOf = ({ headSha }: Pick<PullRequest, 'headSha'>) =>
  repository.checkRuns.find((run) => run.headSha === headSha)?.output.title;
const untilTitle = (pull: PullRequest, title: RegExp) => expect.poll(() => titleOf(pull), patience).toMatch(title);
const writes = () => standIn.requests.filter(({ method, path }) => method !== 'GET' && path.includes('/check-runs'));

function runOn(pull: PullRequest): CheckRun {
  const run = repository.checkRuns.find(({ headSha }) => headSha === pull.headSha);
  if (!run) throw new Error('there is no run');
  return run;
}

async function readAudit(): Promise<unknown[]> {
  const { rows } = await withTenant(db, organization.id, (trx) =>
    sql`select actor, action from audit_log where tenant_id = ${organization.id} order by entry_id`.execute(trx),
  );
  return rows;
}

async function countAccess(): Promise<number> {
  const { rows } = await withTenant(db, organization.id, (trx) =>
    sql`select level from repository_access where tenant_id = ${organization.id} and valid_to is null`.execute(trx),
  );
  return rows.length;
}

it('hides and shows the summary for who may write, and says who did', async () => {
  await expect.poll(countAccess, patience).toBeGreaterThanOrEqual(3);
  const pull = await change.pulls.openPullRequest(repository, { author: ann });
  await untilTitle(pull, /^Waiting/);
  const before = writes().length;
  await change.checks.press(repository, runOn(pull), { identifier: 'hide', person: cy });
  await change.checks.press(repository, runOn(pull), { identifier: 'no-such-button', person: ann });
  await change.checks.press(repository, runOn(pull), { identifier: 'hide', person: ann });
  await untilTitle(pull, /^Hidden on this pull request$/);
  expect(writes().length).toBe(before + 1);
  await change.checks.press(repository, runOn(pull), { identifier: 'show', person: ann });
  await untilTitle(pull, /^Waiting/);
  expect(await readAudit()).toEqual([
    { actor: 'ann', action: 'check_run.hide' },
    { actor: 'ann', action: 'check_run.show' },
  ]);
});

it('takes a failure back for who maintains the repository, and for nobody else', async () => {
  await change.deliveries.deploy(repository);
  const pull = await change.pulls.openPullRequest(repository, { author: ann });
  await change.pulls.merge(repository, pull);
  await change.deliveries.deploy(repository);
  await change.issues.openIssue(repository, { labels: ['incident'] });
  await untilTitle(pull, / · incident open$/);
  await change.checks.press(repository, runOn(pull), { identifier: 'not_a_failure', person: ben });
  await change.checks.press(repository, runOn(pull), { identifier: 'refresh', person: ben });
  await expect.poll(() => standIn.hook.attempts.at(-1)?.statusCode, patience).toBe(202);
  expect(titleOf(pull)).toMatch(/ · incident open$/);
  await change.checks.press(repository, runOn(pull), { identifier: 'not_a_failure', person: ann });
  await untilTitle(pull, /^In production less than 1 min after merge$/);
  expect(runOn(pull).output.summary).toContain('`ann` says that this deployment did not fail');
  expect((await readAudit()).slice(2)).toEqual([{ actor: 'ann', action: 'deployment.mark_not_failed' }]);
});

it('is written again when GitHub asks for it, also with the same words', async () => {
  const pull = await change.pulls.openPullRequest(repository, { author: ann });
  await untilTitle(pull, /^Waiting/);
  const before = writes().length;
  await change.checks.rerequest(repository, runOn(pull));
  await expect.poll(() => writes().length, patience).toBe(before + 1);
});

it('concludes on the group of a merge queue', async () => {
  const pull = await change.pulls.openPullRequest(repository, { author: ann });
  const headSha = await change.checks.queue(repository, pull);
  await expect.poll(() => titleOf({ headSha }), patience).toBe('In the merge queue');
  expect(standIn.violations).toEqual([]);
});
