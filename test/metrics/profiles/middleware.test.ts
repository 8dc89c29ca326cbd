import { beforeEach, expect, it } from 'vitest';
import { withTenant } from '../../../db/tenant.ts';
import type { Facts } from '../../../src/facts/facts.ts';
import { saveDefinition } from '../../../src/metrics/definition.ts';
import { releaseFact } from '../../support/sample-facts.ts';
import { ACME, commit, createProfileExample, incident, pull, SHOP, t } from '../../support/profiles.ts';

const { db, store, read } = await createProfileExample('middleware');

interface Run {
  readonly started: string;
  readonly ended: string;
  readonly conclusion?: string;
  readonly sha?: string;
}

const run = (workflow_run_id: number, { started, ended, conclusion = 'success', sha = 'a' }: Run): Facts => ({
  workflow_runs: [
    {
      repository_id: SHOP,
      workflow_run_id,
      observed: {
        at: t(ended),
        run_attempt: 1,
        name: 'Deploy',
        path: null,
        event: 'push',
        head_branch: 'main',
        head_sha: sha,
        status: 'completed',
        conclusion,
        actor_id: null,
        created_at: t(started),
        started_at: t(started),
        updated_at: t(ended),
      },
    },
  ],
});

const released = (id: number, sha: string, published: string) =>
  releaseFact(SHOP, id, { tag_name: `v${id}`, target_commitish: sha, published_at: t(published) });

beforeEach(async () => {
  const deployment_source = { kind: 'workflow_run', workflow: 'Deploy', branch: 'main' } as const;
  await store(commit('a', [], '01 06:00'));
  await withTenant(db, ACME, (trx) => saveDefinition(trx, { tenantId: ACME, repositoryId: 0 }, { deployment_source }));
  await store(
    run(1, { started: '02 10:00', ended: '02 10:20' }),
    run(2, { started: '03 10:00', ended: '03 10:30' }),
    run(3, { started: '03 12:00', ended: '03 12:10', conclusion: 'failure' }),
    run(4, { started: '05 10:00', ended: '05 10:10' }),
    ...pull(1, {
      merge: 'm1',
      authored: '01 08:00',
      opened: '01 09:00',
      merged: '01 13:00',
      reviews: [
        ['01 10:00', 'commented'],
        ['01 12:00', 'approved'],
      ],
    }),
    ...pull(2, { merge: 'm2', authored: '02 12:00', opened: '02 11:00', merged: '02 13:00' }),
    ...pull(3, {
      merge: 'm3',
      authored: '03 08:00',
      opened: '03 09:00',
      merged: '03 10:10',
      reviews: [['03 09:30', 'approved']],
    }),
    ...pull(4, { merge: 'm4', authored: '06 08:00', opened: '06 09:00', merged: '06 10:00' }),
    ...pull(5, { merge: 'm5', authored: '02 08:00', opened: '02 09:00', merged: '02 09:30', base: 'next' }),
    ...pull(6, {
      merge: 'm6',
      authored: '04 08:00',
      opened: '04 08:30',
      merged: '04 09:00',
      base: 'next',
      body: 'Reverts #1',
    }),
    ...pull(7, {
      merge: 'm7',
      authored: '07 08:00',
      opened: '07 09:00',
      merged: '07 10:10',
      base: 'next',
      body: 'Reverts #3',
    }),
    incident(70, { opened: '02 10:00', closed: '02 14:00' }),
    incident(71, { opened: '03 13:00', closed: '03 15:00' }),
    incident(72, { opened: '29 00:00', closed: '29 10:00' }),
    incident(73, { opened: '04 10:00' }),
  );
});

it('adds the means of five stages, what is not known as 0, and matches runs by branch and time', async () => {
  // #1: 1 + 1 + 2 + 1 h, then 21 h to run 1; #2: 21 h, without a review, its commit after its opening; #3, merged after
  // run 2 had started: 1 h, 30, 0 and 40 minutes, then 47 h 50 to run 4, since run 3 failed. #4 has no run yet, #5 to #7 no branch.
  const values = [21 * 3_600, 26 * 3_600, 50 * 3_600];
  expect(await read('lead-time')).toMatchObject({
    value: (97 * 3_600) / 3,
    n: 3,
    values,
    excluded: { not_deployed: 4 },
  });
});

it('fails a deployment with an incident, or a merge that is reverted later, before the next one', async () => {
  // #70 opens as run 1 starts; #3, which #7 reverts, is merged after run 2; #71 and #73 come after run 3, which failed.
  // #1, which #6 reverts, was merged before all of them, and #72 opens after the window.
  expect(await read('change-fail-rate')).toMatchObject({ value: 3 / 4, n: 4, failed: [1, 2, 3] });
});

it('takes the mean of incidents and of reverts, from merge to merge', async () => {
  const values = [2, 4, 68, 96].map((hours) => hours * 3_600);
  expect(await read('recovery-time')).toMatchObject({ value: (170 * 3_600) / 4, n: 4, values });
});

it('takes those alone that blame a deployment to the environment that is asked for', async () => {
  // Only #71 comes after a run that has ended, and within 72 h. #1 is not deployed yet.
  const hours = async (environment: string) =>
    (await read('recovery-time', { environment })).values.map((s) => s / 3_600);
  expect(await hours('production')).toEqual([2]);
  await store(commit('m1', ['a'], '01 13:00'), run(5, { started: '05 12:00', ended: '05 12:10', sha: 'm1' }));
  expect(await hours('production')).toEqual([2, 68]);
  expect(await read('recovery-time', { environment: 'staging' })).toMatchObject({
    value: null,
    n: 0,
    quality: ['nothing_in_window'],
  });
});

it('rounds the deployments of a day down', async () => {
  const from = t('02 00:00');
  expect(await read('deployment-frequency', { window: { from, to: t('04 00:00') } })).toMatchObject({ value: 1, n: 2 });
  expect(await read('deployment-frequency', { window: { from, to: t('05 00:00') } })).toMatchObject({ value: 0, n: 2 });
});

it('says of what a release has that it is deployed, and that no branch is', async () => {
  const deployment_source = { kind: 'release' } as const;
  await withTenant(db, ACME, (trx) => saveDefinition(trx, { tenantId: ACME, repositoryId: 0 }, { deployment_source }));
  await store(commit('m1', ['a'], '01 13:00'), {
    releases: [released(1, 'a', '01 07:00'), released(2, 'm1', '02 10:00')],
  });
  const { excluded, actions } = await read('lead-time');
  expect(excluded).toEqual({ no_deployment_of_branch: 1, not_deployed: 6 });
  expect(actions.join(' ')).toContain('They are deployed, but this profile matches by branch');
});
