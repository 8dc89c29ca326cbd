import { expect, it } from 'vitest';
import { commit, createProfileExample, deployment, incident, pull, t } from '../support/profiles.ts';

const { store, read } = await createProfileExample('datadog');

it('does not recover before it finished: an incident that was closed earlier leaves the deployment open', async () => {
  await store(commit('a', [], '02 08:00'), commit('b', ['a'], '02 09:00'));
  await store(deployment(1, 'a', ['02 10:00']), deployment(2, 'b', ['03 10:00']));
  await store(incident(7, { opened: '03 08:00', closed: '03 09:00', body: 'Caused by: deployment 2' }));
  expect(await read('recovery-time')).toMatchObject({ own: null });
  await store(incident(8, { opened: '03 11:00', closed: '03 12:00', body: 'Caused by: deployment 2' }));
  expect(await read('recovery-time')).toMatchObject({
    own: (Date.parse(t('03 12:00')) - Date.parse(t('03 10:00'))) / 1_000,
  });
});

const twoDeployments = [
  commit('abcdef1', [], '02 08:00'),
  commit('b', ['abcdef1'], '02 09:00'),
  deployment(1, 'abcdef1', ['02 10:00']),
  deployment(2, 'b', ['03 10:00']),
];

const hours = async () => ((await read('recovery-time')).own ?? Number.NaN) / 3_600;

it.each([
  ['at the very moment of the deployment', { opened: '03 10:00', closed: '03 12:00' }, 2],
  ['72 h after it', { opened: '06 10:00', closed: '06 11:00' }, 73],
  ['later than that', { opened: '06 10:00:01', closed: '06 11:00' }, Number.NaN],
  ['and names what was deployed first', { opened: '03 11:00', closed: '04 10:00', body: 'Caused by abcdef1' }, 48],
  [
    'and names the page of what was deployed first',
    { opened: '03 11:00', closed: '04 10:00', body: 'Caused by https://github.com/acme/shop/commit/abcdef1' },
    48,
  ],
])('an incident that opened %s blames the right one', async (_, opened, recovered) => {
  await store(...twoDeployments, incident(7, opened));
  expect(await hours()).toBe(recovered);
});

it('a hotfix blames what was deployed when it was opened, not what came until it was merged', async () => {
  const hotfix = { merge: 'd', opened: '03 11:00', merged: '03 13:00', authored: '03 11:00', labels: ['hotfix'] };
  await store(...twoDeployments, commit('c', ['b'], '03 09:00'), commit('d', ['c'], '03 13:00'), ...pull(9, hotfix));
  await store(deployment(3, 'c', ['03 12:00']), deployment(4, 'd', ['03 15:00']));
  expect(await hours()).toBe(5);
});

it('says where incidents are not known, of what needs them, and of a profile', async () => {
  const told = async () => {
    const [rate, recovery, frequency] = [
      await read('change-fail-rate', { as: 'devlake' }),
      await read('recovery-time', { as: 'devlake' }),
      await read('deployment-frequency', { as: 'devlake' }),
    ];
    const of = ({ ownQuality, quality }: typeof rate) =>
      [ownQuality, quality].map((codes) => codes.includes('incidents_unknown'));
    return { value: rate.own, rate: of(rate), recovery: of(recovery), frequency: of(frequency) };
  };
  await store(...twoDeployments);
  expect(await told()).toEqual({
    value: 0,
    rate: [true, true],
    recovery: [true, true],
    frequency: [false, false],
  });
  expect((await read('change-fail-rate')).quality).not.toContain('incidents_unknown');
  await store(incident(7, { opened: '03 11:00', label: 'question' }));
  expect(await told()).toMatchObject({ value: 0, rate: [false, false], recovery: [false, false] });
});
