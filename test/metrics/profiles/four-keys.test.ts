import { beforeEach, expect, it } from 'vitest';
import type { Facts } from '../../../src/facts/facts.ts';
import { commit, createProfileExample, deployment, incident, SHOP, t } from '../../support/profiles.ts';

const { store, read } = await createProfileExample('four-keys');

const pushed = (head_sha: string, ...shas: string[]): Facts => ({
  pushes: [{ repository_id: SHOP, head_sha, observed: { at: t('02 08:00'), shas } }],
});
const cause = (sha: string, word = 'root cause') => ({ label: 'Incident', body: `It broke.\n${word}: ${sha}` });

const work = [
  // Authored long before: what counts is the time of the commit.
  commit('x1', [], '01 08:00', '02 08:00'),
  commit('x2', ['x1'], '02 09:58:30'),
  commit('y1', ['x2'], '02 11:00'),
  commit('y2', ['y1'], '02 11:30:15'),
  commit('z1', ['y2'], '02 11:59:30'),
  deployment(1, 'x2', ['02 10:00']),
  deployment(2, 'z1', ['02 12:00']),
  deployment(3, 'y1', ['02 12:30']),
  deployment(4, 'y2', ['02 13:00']),
];

beforeEach(() => store(...work));

it('takes the commits of the push whose head was deployed, in whole minutes, and none of 0', async () => {
  await store(pushed('x2', 'x1', 'x2'), pushed('y2', 'y1', 'y2'), pushed('z1', 'z1'));
  // x1: 120 minutes; x2: 1, of 90 seconds; y1: 120; y2: 89; z1: 0, of 30 seconds. The first deployment counts, too.
  expect(await read('lead-time')).toMatchObject({
    value: ((89 + 120) / 2) * 60,
    n: 4,
    values: [60, 89 * 60, 120 * 60, 120 * 60],
    excluded: { no_push: 1, not_positive: 1 },
  });
  expect(await read('deployment-frequency')).toMatchObject({
    value: 3 / 28,
    n: 3,
    excluded: { no_push: 1 },
    own: 4 / 28,
  });
});

it('knows nothing where no push is known, and says so', async () => {
  for (const name of ['lead-time', 'deployment-frequency', 'change-fail-rate'] as const) {
    expect(await read(name)).toMatchObject({
      value: null,
      n: 0,
      excluded: { no_push: 4 },
      quality: [...(name === 'change-fail-rate' ? ['incidents_unknown'] : []), 'nothing_in_window'],
    });
  }
});

it('counts incidents by the commits that they name, and may pass 100 %', async () => {
  await store(pushed('x2', 'x1', 'x2'), pushed('y2', 'y1', 'y2'), pushed('z1', 'z1'));
  await store(
    incident(60, { opened: '02 10:30', closed: '02 13:45', ...cause('x1') }),
    incident(61, { opened: '02 12:30', closed: '02 13:20', ...cause('y2') }),
    incident(62, { opened: '02 14:00', ...cause('y2') }),
    incident(63, { opened: '02 14:00', ...cause('x1'), label: 'incident' }),
    incident(64, { opened: '02 15:00', closed: '02 17:30', ...cause('x1', 'Root cause') }),
    incident(65, { opened: '02 15:00', closed: '02 17:30', ...cause('nowhere') }),
    incident(66, { opened: '02 12:10', closed: '02 18:09', ...cause('z1') }),
  );
  expect(await read('change-fail-rate')).toMatchObject({
    value: 4 / 3,
    numerator: 4,
    n: 3,
    failed: [1, 2, 4],
    excluded: { no_push: 1 },
  });
  // #60: from deployment 1 at 10:00; #61: from its opening, 50 minutes; #64: names nothing, two and a half hours;
  // #66: from deployment 2 at 12:00; #62 is open.
  expect(await read('recovery-time')).toMatchObject({
    value: 2.5 * 3_600,
    n: 4,
    values: [0, 2 * 3_600, 3 * 3_600, 6 * 3_600],
    excluded: { no_push: 1 },
  });
});

it('recovers in an environment from what names a commit that was deployed to it', async () => {
  await store(pushed('x2', 'x1', 'x2'), deployment(5, 'y2', ['02 14:00'], 'prod-eu'), pushed('y2', 'y1', 'y2'));
  await store(
    incident(60, { opened: '02 10:30', closed: '02 13:45', ...cause('x1') }),
    incident(61, { opened: '02 15:00', closed: '02 17:00', ...cause('y1') }),
    incident(62, { opened: '02 15:00', closed: '02 19:00', label: 'Incident' }),
  );
  expect(await read('recovery-time')).toMatchObject({ n: 3 });
  expect(await read('recovery-time', { environment: 'production' })).toMatchObject({ n: 2 });
  expect(await read('recovery-time', { environment: 'prod-eu' })).toMatchObject({ n: 1 });
  expect(await read('recovery-time', { environment: 'prod-us' })).toMatchObject({ n: 0, value: null });
});
