import { expect, it } from 'vitest';
import { startCheckedOrg } from '../support/checked-org.ts';

const { standIn, change, repository, ann, baseUrl } = await startCheckedOrg();

async function report(resolved_at?: string): Promise<void> {
  const opened_at = '2026-03-02T09:00:00Z';
  const { status } = await fetch(`${baseUrl}/api/v1/orgs/acme/incidents`, {
    method: 'POST',
    headers: { authorization: 'Bearer operator-token-of-the-tests', 'content-type': 'application/json' },
    body: JSON.stringify({ id: '1347', repository: 'shop', title: 'Checkout is down', opened_at, resolved_at }),
  });
  expect(status).toBe(201);
}

it('freezes while an incident is open, also one that a program reports, which it calls by its name', async () => {
  repository.files.set('.github/shiplog.yml', 'check_run:\n  deployment_freeze: true\n');
  const pull = await change.pulls.openPullRequest(repository, { author: ann });
  const untilRuns = (run: object) =>
    expect
      .poll(() => repository.checkRuns.filter(({ headSha }) => headSha === pull.headSha), { timeout: 20_000 })
      .toMatchObject([run]);
  const waiting = { conclusion: 'neutral', output: { title: expect.stringMatching(/^Waiting for review/) } };
  await untilRuns(waiting);
  await report();
  const summary = expect.stringContaining('Nothing is merged while an incident is open: `1347`.');
  await untilRuns({ conclusion: 'failure', output: { title: 'Deployment freeze: 1 incident open', summary } });
  await report('2026-03-02T10:00:00Z');
  await untilRuns(waiting);
  expect(standIn.violations).toEqual([]);
}, 60_000);
