import { expect, it } from 'vitest';
import { z } from 'zod';
import { startCheckedOrg } from '../support/checked-org.ts';
import type { Webhook } from '../support/github/hook/hook.ts';
import { Random } from '../support/github/truth/random.ts';

const { standIn, change, repository, ann, ben, readApi } = await startCheckedOrg();
const random = new Random(7);

function shuffled(webhooks: readonly Webhook[]): Webhook[] {
  const keyed = webhooks.map((webhook) => ({ webhook, key: random.next() }));
  return keyed.toSorted((a, b) => a.key - b.key).map(({ webhook }) => webhook);
}

it('says the same in the end, whatever the order of the webhooks and however often they come', async () => {
  await change.deliveries.deploy(repository);
  const sync = z.object({ state: z.string() });
  await expect.poll(async () => sync.parse(await readApi('/sync')).state, { timeout: 30_000 }).toBe('idle');
  standIn.hook.fate = () => 'held';
  const pull = await change.pulls.openPullRequest(repository, { author: ann, draft: true });
  await change.pulls.setDraft(repository, pull, false);
  await change.pulls.requestReview(repository, pull, ben);
  await change.pulls.review(repository, pull, { author: ben });
  await change.pulls.merge(repository, pull);
  await change.deliveries.deploy(repository);
  const incident = await change.issues.openIssue(repository, { labels: ['incident'] });
  await change.issues.closeIssue(repository, incident);
  const story = [...standIn.hook.held];
  await standIn.hook.release((held) => shuffled([...held, ...held]));
  standIn.hook.fate = () => 'delivered';
  const runs = () => repository.checkRuns.filter(({ headSha }) => headSha === pull.headSha);
  const title = expect.stringMatching(/^In production .* · recovered after/);
  // Figures of others change without a word of this one: a look brings all of them.
  const look = async () => {
    for (const run of runs()) await change.checks.press(repository, run, { identifier: 'refresh', person: ann });
    return runs();
  };
  // The history is being read meanwhile, and the words say so.
  const summary = expect.stringMatching(
    /^(?!.*What is missing).*Cycle: first commit to production \| less than 1 min \| less than 1 min/s,
  );
  const output = { title, summary };
  await expect.poll(look, { timeout: 30_000, interval: 300 }).toMatchObject([{ conclusion: 'success', output }]);
  const said = structuredClone(runs()[0]?.output);

  // As they came, under new ids, so that they are not known already.
  for (const webhook of story) await standIn.hook.deliver({ ...webhook, guid: crypto.randomUUID() });
  const last = await change.pulls.openPullRequest(repository, { author: ann });
  const lastRun = () => repository.checkRuns.filter(({ headSha }) => headSha === last.headSha).length;
  await expect.poll(lastRun, { timeout: 30_000 }).toBe(1);
  await look();
  await expect.poll(() => runs(), { timeout: 5_000 }).toMatchObject([{ output: said }]);
  expect(standIn.violations).toEqual([]);
}, 90_000);
