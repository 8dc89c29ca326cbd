import { expect, it } from 'vitest';
import { z } from 'zod';
import { duration, moment } from '../../src/checks/durations.ts';
import { startCheckedOrg } from '../support/checked-org.ts';
import type { PullRequest } from '../support/github/truth/work.ts';

const org = await startCheckedOrg();
const { standIn, change, repository, ann, ben, cy, readApi } = org;

const HOUR_MS = 3_600_000;
const pay = { path: 'src/pay.ts', additions: 40, deletions: 15 };
const files = [
  pay,
  { path: 'package-lock.json', additions: 400, deletions: 12 },
  { path: 'docs/pay.md', additions: 5, deletions: 0 },
];
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

const stages = z.object({
  coding_s: z.number().nullable(),
  pickup_s: z.number().nullable(),
  review_s: z.number().nullable(),
  deploy_s: z.number().nullable(),
  cycle_s: z.number().nullable(),
});
const ownRow = stages.extend({ additions: z.int(), deletions: z.int(), changed_files: z.int() });
const metric = z.object({ value: z.number().nullable(), n: z.int() });
const cell = (value: number | null) => (value === null ? '–' : duration(value));
const textOf = (pull: PullRequest) => runsOn(pull)[0]?.output.summary ?? '';
const untilText = (pull: PullRequest, line: RegExp | string) => {
  const expected = typeof line === 'string' ? expect.stringContaining(line) : expect.stringMatching(line);
  return expect.poll(() => textOf(pull), { timeout: 20_000, interval: 50 }).toEqual(expected);
};

/** The stage table as the API's numbers make it. */
async function expectStagesOfApi(pull: PullRequest): Promise<void> {
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
  const table = () =>
    textOf(pull)
      .split('\n')
      .filter((line) => /^\| [A-Z].*:/.test(line));
  await expect.poll(table, { timeout: 20_000 }).toEqual(lines);
}

const saidRun = z.object({
  title: z.string(),
  conclusion: z.string(),
  review_effort: z.object({
    lines: z.int(),
    files: z.int(),
    low_s: z.int(),
    high_s: z.int(),
    left_out: z.array(z.object({ kind: z.string(), files: z.int(), lines: z.int() })),
  }),
});

/** What is read and what is left out is as the API says, and together what it says is changed. */
async function expectSizeOfApi(pull: PullRequest): Promise<void> {
  const { additions, deletions, changed_files } = ownRow.parse(await readApi(`/pulls/shop/${pull.number}`));
  const effort =
    /^\*\*Review effort:\*\* .* for (\d+) changed lines in (\d+) file.* Left out: (\d+) lock file \((\d+) lines\)\.$/m;
  const [, read = '', files = '', leftFiles = '', leftLines = ''] = effort.exec(textOf(pull)) ?? [];
  const { title, conclusion, review_effort } = saidRun.parse(await readApi(`/pulls/shop/${pull.number}/check-run`));
  expect(runsOn(pull)).toMatchObject([{ conclusion, output: { title } }]);
  expect(review_effort).toMatchObject({
    lines: Number(read),
    files: Number(files),
    left_out: [{ kind: 'lock', files: Number(leftFiles), lines: Number(leftLines) }],
  });
  const minutes = `${review_effort.low_s / 60} to ${review_effort.high_s / 60} min`;
  expect(title).toContain(minutes);
  expect(textOf(pull)).toContain(`about ${minutes} for`);
  expect(Number(read) + Number(leftLines)).toBe(additions + deletions);
  expect(Number(files) + Number(leftFiles)).toBe(changed_files);
}

const deploymentRow = z.object({
  finished_at: z.string(),
  environment: z.string(),
  changes: z.array(z.object({ number: z.int().nullable() })),
  failure_causes: z.array(z.object({ kind: z.string(), by: z.string(), recovered_at: z.string().nullable() })),
});

/** What shipped it, with what, and what happened then. */
async function expectDeploymentOfApi(pull: PullRequest, id: number): Promise<void> {
  const { finished_at, environment, changes, failure_causes } = deploymentRow.parse(
    await readApi(`/deployments/${id}?repository=shop`),
  );
  const others = changes.flatMap(({ number }) => (number === null || number === pull.number ? [] : [number]));
  const finished = new Date(finished_at);
  const deployed = `deployment ${id} (\`GET /api/v1/orgs/acme/deployments/${id}?repository=shop\`) to \`${environment}\`, finished ${moment(finished)}`;
  await untilText(pull, deployed);
  const line = textOf(pull)
    .split('\n')
    .find((each) => each.startsWith('**Deployed:**'));
  expect([...(line ?? '').matchAll(/\[#(\d+)\]/g)].map(([, number]) => Number(number))).toEqual(others);
  for (const { recovered_at } of failure_causes) {
    const recovery = recovered_at && new Date(recovered_at);
    const said = recovery
      ? `Recovered after ${duration((recovery.getTime() - finished.getTime()) / 1_000)} (${moment(recovery)}).`
      : 'Not recovered.';
    await untilText(pull, said);
  }
}

const deploymentList = z.object({
  data: z.array(z.object({ production: z.boolean(), finished_at: z.string().nullable() })),
});
const mergedList = z.object({
  data: z.array(z.object({ number: z.int(), deployed_at: z.string().nullable(), base_ref: z.string() })),
});

/** Where production is, what else waits for it, and how long others waited for a review. */
async function expectPathOfApi(pull: PullRequest): Promise<void> {
  const { data: deployments } = deploymentList.parse(await readApi('/deployments?repository=shop'));
  const finished = deployments.flatMap(({ production, finished_at }) =>
    production && finished_at ? [finished_at] : [],
  );
  const latest = new Date(finished.toSorted().at(-1) ?? '');
  await untilText(pull, `The last deployment to \`production\` finished ${moment(latest)}: `);
  const { data: merged } = mergedList.parse(await readApi('/pulls?repository=shop&state=merged'));
  const waiting = merged.filter(({ deployed_at }) => deployed_at === null).map(({ number }) => `#${number}`);
  const path = textOf(pull)
    .split('\n')
    .find((line) => line.startsWith('**Path to production:**'));
  expect([...(path ?? '').matchAll(/\[(#\d+)\]/g)].map(([, number]) => number)).toEqual(waiting);
  const { value, n } = metric.parse(await readApi('/metrics/pr-pickup?repository=shop'));
  await untilText(pull, `after ${duration(value ?? 0)} (median of ${n} pull request`);
}

it('tells the life of a pull request, with the figures of the API, from its opening to its revert and the recovery', async () => {
  change.world.clock = Date.now() - 60 * HOUR_MS;
  await change.deliveries.deploy(repository);
  pass(1);
  repository.files.set('.github/CODEOWNERS', '/src/ @ben');
  const pull = await change.pulls.openPullRequest(repository, { author: ann, commits: 2, files });
  expect(await said(pull, /^Waiting for review 2 d · about 5 to 15 min to review$/)).toContain(
    'a review; nobody has been asked for one',
  );
  await expectSizeOfApi(pull);
  expect(textOf(pull)).toContain('No code owner: `docs/pay.md`.');
  await change.pulls.requestReview(repository, pull, ben);
  await untilText(pull, 'a review by `ben`');

  pass(3);
  await change.pulls.review(repository, pull, { author: ben, state: 'CHANGES_REQUESTED' });
  expect(await said(pull, /^Changes requested$/)).toContain('its author answers `ben`');
  const before = { ...pull };
  pass(1);
  await change.pulls.pushToPull(repository, pull);
  expect(await said(pull, /^Waiting for another review · about 5 to 15 min to review$/)).toContain(
    'There are new commits since',
  );
  expect(runsOn(before)).toMatchObject([{ output: { title: 'Changes requested' } }]);
  await change.pulls.review(repository, pull, { author: cy });
  await change.pulls.review(repository, pull, { author: ben });
  expect(await said(pull, /^Approved$/)).toContain('if GitHub allows it. Approved by `ben` on');
  expect(runsOn(pull)).toMatchObject([{ conclusion: 'success' }]);

  pass(2);
  await change.pulls.merge(repository, pull);
  expect(await said(pull, /^Merged, waiting for a deployment$/)).toContain(
    'Nothing else that was merged to the default branch in the last 30 days waits to be deployed.',
  );
  // Without the lock file.
  expect(await readApi('/metrics/pr-size?repository=shop')).toMatchObject({ value: 60, n: 1 });
  await expectStagesOfApi(pull);
  pass(1.4);
  const deployment = await change.deliveries.deploy(repository);
  const shipped = await said(pull, /^In production 1 h 24 min after merge$/);
  await expectDeploymentOfApi(pull, deployment.id);
  expect(shipped).toContain('no incident so far');
  await expectStagesOfApi(pull);

  pass(2);
  const incident = await change.issues.openIssue(repository, { labels: ['incident'] });
  expect(await said(pull, / · incident open$/)).toContain('is linked to it. Not recovered.');
  expect(runsOn(pull)[0]?.actions.map(({ identifier }) => identifier)).toEqual(['refresh', 'not_a_failure', 'hide']);
  const revert = await change.pulls.openPullRequest(repository, { author: ben, body: `Reverts #${pull.number}` });
  await change.pulls.merge(repository, revert);
  expect(await said(pull, / · reverted by #\d+$/)).toContain('not deployed yet');
  pass(0.5);
  await change.deliveries.deploy(repository);
  await change.issues.closeIssue(repository, incident);
  await untilText(pull, /Incident .* is linked to it\. Recovered after 2 h 30 min/);
  await untilText(pull, `reverted by [#${revert.number}]`);
  await untilText(pull, 'in production since');
  await expectDeploymentOfApi(pull, deployment.id);
  await expectStagesOfApi(pull);
  const other = await change.pulls.openPullRequest(repository, { author: ben });
  await change.pulls.merge(repository, other);
  await said(other, /^Merged, waiting for a deployment$/);
  const again = await change.pulls.openPullRequest(repository, { author: ann, files: [{ ...pay, additions: 1 }] });
  await untilText(again, '`src/pay.ts` was changed in a deployment that failed: deployment ');
  expect(textOf(again)).toContain(`deployment ${deployment.id} `);
  await expectPathOfApi(again);
  expect(standIn.violations).toEqual([]);
  expect(standIn.checked).toBeGreaterThan(0);
}, 120_000);
