import { expect, it } from 'vitest';
import { commit, createProfileExample, deployment, incident, t } from '../support/profiles.ts';

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
