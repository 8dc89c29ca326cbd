import { beforeEach, expect, it } from 'vitest';
import { commit, createProfileExample, deployment, failedDeployment, incident, pull } from '../../support/profiles.ts';

const { store, read } = await createProfileExample('devlake');

beforeEach(() =>
  store(
    commit('a', [], '01 06:00'),
    commit('b', ['a'], '01 11:00'),
    commit('c', ['b'], '02 11:30'),
    commit('d', ['c'], '02 13:00'),
    commit('e', ['d'], '03 09:00'),
    ...pull(1, { merge: 'b', authored: '01 09:00', opened: '01 10:00:30', merged: '01 11:00' }),
    // Its commit is younger than its opening.
    ...pull(2, { merge: 'c', authored: '02 12:00', opened: '02 11:00', merged: '02 11:30:10' }),
    ...pull(3, { merge: 'd', authored: '02 08:00', opened: '02 08:00', merged: '02 13:00' }),
    ...pull(4, { merge: 'a', authored: '01 05:00', opened: '01 05:00', merged: '01 06:00' }),
    ...pull(5, { merge: 'e', authored: '03 08:00', opened: '03 08:30', merged: '03 09:00' }),
    deployment(1, 'a', ['01 08:00']),
    deployment(2, 'b', ['01 12:00', '01 12:10:20']),
    deployment(8, 'c', ['02 12:00'], 'prod-eu'),
    deployment(3, 'd', ['02 14:00']),
    deployment(4, 'e', ['03 10:00']),
    failedDeployment(5, 'e', '03 11:00'),
    deployment(6, 'e', ['10 10:00']),
    deployment(7, 'e', ['17 10:00']),
    incident(50, { opened: '03 09:59', closed: '03 12:00:30' }),
    incident(51, { opened: '25 10:00', closed: '26 10:00' }),
    incident(52, { opened: '02 14:00', closed: '02 15:30' }),
    incident(53, { opened: '03 09:00' }),
    incident(54, { opened: '02-01 00:00', closed: '02 00:00' }),
  ),
);

it('adds parts that are rounded up to minutes, drops a negative one, and takes the lower median', async () => {
  // #1: 61 + 60 + 71 (to the latest success); #2: 31 + 30, to prod-eu; #3: 0 + 300 + 60; #5: 30 + 30 + 60 minutes.
  // #4 came with the first deployment of the repository, which links nothing.
  expect(await read('lead-time')).toMatchObject({
    value: 120 * 60,
    n: 4,
    values: [61 * 60, 120 * 60, 192 * 60, 360 * 60],
    excluded: {},
  });
});

it('blames the last success before an incident, however long ago, and divides by successes', async () => {
  // #50 and #53: deployment 3; #51: 7, eight days before; #52 opened as 3 finished: 8; #54: none.
  expect(await read('change-fail-rate')).toMatchObject({ value: 3 / 7, n: 7, failed: [3, 7, 8] });
});

it('recovers from the finish of the deployment to the close of the incident, in whole minutes', async () => {
  const [fifty, fiftyOne, fiftyTwo] = [1_320 * 60, 9 * 86_400, 210 * 60];
  expect(await read('recovery-time')).toMatchObject({ value: fifty, n: 3, values: [fiftyTwo, fifty, fiftyOne] });
});

it('of the report of 2021 takes the durations of incidents that were closed in the window', async () => {
  const values = [90 * 60, 121 * 60, 86_400, 29 * 86_400];
  expect(await read('recovery-time', { as: 'devlake-2021' })).toMatchObject({ value: 121 * 60, n: 4, values });
});

it('counts days with a deployment, of each week, and takes their lower median', async () => {
  // Weeks of 1, 2, 1, 1 and 0 days.
  expect(await read('deployment-frequency')).toMatchObject({ value: 1, n: 7, own: 7 / 28 });
});
