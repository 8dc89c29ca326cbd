import { expect, it } from 'vitest';
import { startCheckedOrg } from '../support/checked-org.ts';

const DEBOUNCE_S = 3;
const [PULLS, EVENTS] = [10, 1_000];
const { standIn, change, repository, ann } = await startCheckedOrg({ CHECK_RUN_DEBOUNCE_S: String(DEBOUNCE_S) });

it('writes at most once a head in the time in which events are gathered, whatever burst comes', async () => {
  const written = new Map<string, number[]>();
  standIn.beforeAnswer(({ method, path }) => {
    const id = method === 'PATCH' ? path.split('/').at(-1) : undefined;
    if (id !== undefined && path.includes('/check-runs/')) written.set(id, [...(written.get(id) ?? []), Date.now()]);
  });
  const pulls = await Promise.all(
    Array.from({ length: PULLS }, () => change.pulls.openPullRequest(repository, { author: ann })),
  );
  await expect.poll(() => repository.checkRuns.length, { timeout: 30_000 }).toBe(PULLS);
  const started = Date.now();
  for (let event = 0; event < EVENTS / PULLS; event++) {
    await Promise.all(pulls.map((pull) => change.pulls.setDraft(repository, pull, event % 2 === 0)));
  }
  const seconds = (Date.now() - started) / 1_000;
  await Promise.all(pulls.map((pull) => change.pulls.setDraft(repository, pull, true)));
  const titles = () => [...new Set(repository.checkRuns.map(({ output }) => output.title))];
  await expect.poll(titles, { timeout: 30_000 }).toEqual(['Draft']);

  const most = Math.ceil(seconds / DEBOUNCE_S) + 2;
  for (const times of written.values()) {
    expect(times.length).toBeLessThanOrEqual(most);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.min(...gaps, Infinity)).toBeGreaterThanOrEqual(DEBOUNCE_S * 1_000);
  }
  expect(repository.checkRuns).toHaveLength(PULLS);
  const refused = standIn.requests.filter(({ path, status }) => path.includes('/check-runs') && status >= 400);
  expect(refused).toEqual([]);
  expect(standIn.violations).toEqual([]);
}, 120_000);
