import { expect, it } from 'vitest';
import { recomputeTouched } from '../../../src/metrics/derive/recompute.ts';
import { createTestApi, storeFacts } from '../../support/api.ts';
import { goldenFacts } from '../../support/golden-facts.ts';
import { goldenOwner, goldens } from '../../support/golden.ts';

const { db, get } = await createTestApi();
const example = goldens.find(({ name }) => name === 'incident-and-hotfix');
if (!example) throw new Error('there is no such example');
await storeFacts(db, goldenOwner.id, 'acme', ...goldenFacts(example));
await recomputeTouched(db, goldenOwner.id);

const path = '/api/v1/orgs/acme/metrics';
const window = `from=${example.window.from}&to=${example.window.to}`;

async function explained(metric: string, profile: string): Promise<unknown> {
  const { body } = await get(`${path}/${metric}/explain?profile=${profile}&repository=shop&${window}`);
  return body['profile'];
}

it('a metric explains what another tool would say', async () => {
  const asked = await get(`${path}/change-fail-rate?profile=devlake&repository=shop&compare=none&${window}`);
  const { comparison: _, ...told } = asked.body['profile'] as Record<string, unknown>;
  expect(await explained('change-fail-rate', 'devlake')).toEqual({
    ...told,
    meaning: expect.stringContaining('divided by'),
    formula: '2 ÷ 5 = 0.4',
  });
  expect(await explained('deployment-frequency', 'devlake')).toMatchObject({
    formula: expect.stringMatching(/^lower median, over the weeks, of the days that have one of \d+ = \d$/),
  });
  expect(await explained('deployment-frequency', 'middleware')).toMatchObject({
    formula: expect.stringMatching(/^\d+ ÷ \d+, rounded down = 0$/),
  });
  expect(await explained('recovery-time', 'middleware')).toMatchObject({
    formula: expect.stringMatching(/^(mean of \d+ = |not known$)/),
    differences: expect.arrayContaining([expect.objectContaining({ setting: 'start' })]),
  });
  expect(await explained('rework-rate', 'devlake')).toMatchObject({
    value: null,
    meaning: null,
    formula: 'not known',
    quality: [{ code: 'not_in_profile' }],
  });
  expect(await get(`${path}/lead-time/explain?profile=nobody`)).toMatchObject({ status: 400 });
  expect((await get(`${path}/lead-time/explain?${window}`)).body).not.toHaveProperty('profile');
});

it('metrics say what another tool would say, and why', async () => {
  const { body } = await get(`${path}/change-fail-rate?profile=devlake&repository=shop&${window}`);
  const source = expect.stringMatching(/^https:.*devlake/);
  expect(body).toMatchObject({
    value: 0.4,
    profile: {
      name: 'devlake',
      value: 0.4,
      n: 5,
      numerator: 2,
      denominator: 5,
      differences: [
        { setting: 'blame', shiplog: expect.any(String), profile: expect.any(String), source },
        { setting: 'denominator', source },
        { setting: 'finish', source },
      ],
      limits: expect.arrayContaining([expect.stringContaining('DevLake')]),
      comparison: { value: null, n: 0 },
    },
  });
  const rows = await get(`${path}/change-fail-rate/rows?profile=devlake&repository=shop&${window}`);
  expect(rows.body.data.map(({ id, counted }) => [id, counted])).toEqual([
    // #22 names 2, which DevLake does not read: it blames the last success.
    [5, true],
    [4, false],
    [3, true],
    [2, false],
    [1, false],
  ]);
  const all = await get(`${path}?profile=datadog&${window}`);
  expect(all.body.data.map(({ profile }) => profile)).toHaveLength(10);
  expect(all.body.data.at(-1)).toMatchObject({
    metric: 'team-health',
    profile: { value: null, differences: [], quality: [{ code: 'not_in_profile' }] },
  });
  expect(body).not.toHaveProperty('profile.series');
  expect((await get(`${path}/lead-time?${window}`)).body).not.toHaveProperty('profile');
});
