import { beforeEach, expect, it } from 'vitest';
import { commit, createProfileExample, deployment, pull, t } from '../../support/profiles.ts';

const { store, read } = await createProfileExample('datadog');
const window = { from: t('01 00:00'), to: t('06-01 00:00') };
const HOUR = 3_600;

beforeEach(() =>
  store(
    commit('b', [], '01 06:00'),
    commit('c', ['b'], '01 22:00'),
    commit('d', ['b'], '01 16:00'),
    commit('m', ['c', 'd'], '02 01:00'),
    commit('e', ['m'], '03 04:00'),
    commit('f', ['e'], '04 09:00'),
    commit('g', ['f'], '05-10 09:00'),
    ...pull(7, { merge: 'c', authored: '01 21:00', opened: '01 21:30', merged: '01 22:00' }),
    ...pull(8, { merge: 'f', authored: '04 08:00', opened: '04 08:00', merged: '04 09:00', body: 'Reverts #7' }),
    ...pull(9, {
      merge: 'g',
      authored: '05-10 08:00',
      opened: '05-10 08:30',
      merged: '05-10 09:00',
      labels: ['hotfix'],
    }),
    deployment(1, 'b', ['01 10:00']),
    deployment(2, 'm', ['02 10:00']),
    deployment(3, 'e', ['03 10:00']),
    deployment(4, 'm', ['03 12:00']),
    deployment(5, 'f', ['04 10:00']),
    deployment(6, 'g', ['05-10 10:00']),
    deployment(11, 'b', ['05 10:00'], 'prod-eu'),
    deployment(12, 'm', ['06 10:00'], 'prod-eu'),
    deployment(13, 'e', ['07 10:00'], 'prod-eu'),
    deployment(14, 'b', ['08 10:00'], 'prod-eu'),
  ),
);

it('takes each commit but merges, none of the first deployment, and none after a gap of more than 60 days', async () => {
  // c, d, e and f; g came 67 days after the deployment before it.
  const values = [1, 6, 12, 18].map((hours) => hours * HOUR);
  const production = { window, environment: 'production' };
  expect(await read('lead-time', production)).toMatchObject({
    value: 9 * HOUR,
    n: 4,
    values,
    excluded: { long_gap: 1 },
  });
});

it('counts a commit once in each environment', async () => {
  // e, c and d once more, four days later.
  const values = [1, 6, 12, 18, 102, 108, 114].map((hours) => hours * HOUR);
  expect(await read('lead-time', { window })).toMatchObject({ value: 18 * HOUR, n: 7, values });
});

function many(count: number, prefix: string, parent: string) {
  return Array.from({ length: count }, (_, index) =>
    commit(`${prefix}${index}`, [index === 0 ? parent : `${prefix}${index - 1}`], '05-11 09:00'),
  );
}

it('takes nothing of a deployment of more than 5,000 commits', async () => {
  await store(...many(5_001, 'h', 'g'), ...many(5_000, 'i', 'h5000'));
  await store(deployment(7, 'h5000', ['05-11 10:00']), deployment(9, 'i4999', ['05-11 11:00']));
  const { n, excluded } = await read('lead-time', { window: { from: t('05-11 00:00'), to: window.to } });
  expect({ n, excluded }).toEqual({ n: 5_000, excluded: { too_many_commits: 5_001 } });
});

it('blames what came first after the target of a rollback, what shipped a reverted change, or the one before a hotfix', async () => {
  // 4 is of the commit of 2, so 3 failed; 14 of that of 11, so 12 did; 5 reverts what 2 shipped; 6 is a hotfix after 5.
  expect(await read('change-fail-rate', { window })).toMatchObject({ value: 4 / 10, n: 10, failed: [2, 3, 5, 12] });
  const values = [2, 48, 48, 67 * 24].map((hours) => hours * HOUR);
  expect(await read('recovery-time', { window })).toMatchObject({ value: 48 * HOUR, n: 4, values });
});

it('counts deployments a day as Shiplog does', async () => {
  const { value, own } = await read('deployment-frequency', { window });
  expect(value).toBe(10 / 92);
  expect(own).toBe(value);
});
