import { describe, expect, it } from 'vitest';
import { mapEvent } from '../../src/events/map-event.ts';
import {
  deploymentPayload,
  deploymentStatusPayload,
  releasePayload,
  workflowRunPayload,
} from '../support/delivery-payloads.ts';
import { ALICE, BOB, repositoryEvent, sha } from '../support/payloads.ts';
import { factsOf, RECEIVED_AT, webhookEvent } from '../support/webhook-event.ts';

const CREATED = '2026-03-01T00:00:00.000Z';
const UPDATED = '2026-03-02T00:00:00.000Z';

describe('a release', () => {
  it('is observed whole', () => {
    const release = { name: null, author: BOB, prerelease: true, updatedAt: UPDATED };
    expect(factsOf('release', releasePayload({ release })).releases).toEqual([
      {
        repository_id: 9_000,
        release_id: 80_000,
        observed: {
          at: UPDATED,
          rank: 3,
          tag_name: 'v1.0.0',
          name: null,
          draft: false,
          prerelease: true,
          author_id: BOB.id,
          target_commitish: 'main',
          created_at: CREATED,
          published_at: CREATED,
        },
      },
    ]);
  });

  it('is ordered by what usually comes later where it has no time of its update', () => {
    const ranks = ['created', 'edited', 'prereleased', 'published', 'unpublished'].map((action) => {
      const payload = releasePayload({ action });
      delete (payload['release'] as { updated_at?: string }).updated_at;
      return factsOf('release', payload).releases?.[0]?.observed;
    });
    expect(ranks.map((observed) => observed?.at)).toEqual(Array.from({ length: 5 }, () => CREATED));
    expect(ranks.map((observed) => observed?.rank)).toEqual([0, 1, 2, 3, 4]);
  });

  it('that is a draft was not published, and has a time all the same', () => {
    const [draft] =
      factsOf('release', releasePayload({ action: 'created', release: { draft: true, publishedAt: null } })).releases ??
      [];
    expect(draft?.observed).toMatchObject({ at: CREATED, draft: true, published_at: null });
  });

  it('that was deleted is gone', () => {
    expect(factsOf('release', releasePayload({ action: 'deleted' })).releases).toMatchObject([
      { deleted_at: RECEIVED_AT },
    ]);
    expect(factsOf('release', releasePayload()).releases?.[0]).not.toHaveProperty('deleted_at');
  });
});

describe('a deployment', () => {
  const observed = {
    sha: sha('head'),
    ref: 'main',
    task: 'deploy',
    environment: 'production',
    production_environment: true,
    transient_environment: false,
    creator_id: BOB.id,
    created_at: CREATED,
    reported_id: null,
  };

  it('is observed whole', () => {
    expect(factsOf('deployment', deploymentPayload({ deployment: { creator: BOB } })).deployments).toEqual([
      { repository_id: 9_000, deployment_id: 90_000, observed: { at: CREATED, ...observed } },
    ]);
  });

  it('comes with each of its statuses', () => {
    const payload = deploymentStatusPayload({
      deployment: { creator: BOB },
      status: { state: 'failure', createdAt: UPDATED },
    });
    const facts = factsOf('deployment_status', payload);
    expect(facts.deployments).toMatchObject([{ deployment_id: 90_000, observed: { at: UPDATED, ...observed } }]);
    expect(facts.deployment_statuses).toEqual([
      {
        repository_id: 9_000,
        deployment_id: 90_000,
        deployment_status_id: 95_000,
        observed: {
          at: UPDATED,
          state: 'failure',
          environment: 'production',
          creator_id: ALICE.id,
          created_at: UPDATED,
        },
      },
    ]);
    expect(facts.contributors?.map((one) => one.contributor_id)).toEqual([ALICE.id, BOB.id]);
  });
});

describe('a workflow run', () => {
  it.each([
    ['requested', { rank: 1, status: 'queued', conclusion: null }],
    ['in_progress', { rank: 2, status: 'in_progress', conclusion: null }],
    ['completed', { rank: 3, status: 'completed', conclusion: 'success' }],
  ] as const)('that is %s is %j', (action, expected) => {
    const run = { attempt: 2, updatedAt: UPDATED };
    const [fact] = factsOf('workflow_run', workflowRunPayload({ action, run })).workflow_runs ?? [];
    expect(fact).toMatchObject({ repository_id: 9_000, workflow_run_id: 30_000 });
    expect(fact?.observed).toMatchObject({
      at: UPDATED,
      run_attempt: 2,
      event: 'push',
      head_sha: sha('head'),
      ...expected,
    });
  });
});

describe('a check run', () => {
  const checkRun = { id: 4, name: 'Shiplog', external_id: 'pr 1', head_sha: sha('head'), app: { id: 29_310 } };
  const progress = { status: 'completed', conclusion: 'neutral', started_at: CREATED, completed_at: UPDATED };
  const payload = { action: 'completed', check_run: { ...checkRun, ...progress }, ...repositoryEvent({}) };

  it('of our own is kept', () => {
    const { app: _, id, ...rest } = checkRun;
    expect(factsOf('check_run', payload).check_runs).toEqual([
      { repository_id: 9_000, check_run_id: id, observed: { at: UPDATED, rank: 3, ...rest, ...progress } },
    ]);
  });

  it('that was just made has the time of its receipt', () => {
    const queued = { ...checkRun, status: 'queued', conclusion: null, started_at: null, completed_at: null };
    const [fact] = factsOf('check_run', { ...payload, check_run: queued }).check_runs ?? [];
    expect(fact?.observed).toMatchObject({ at: RECEIVED_AT, rank: 1, status: 'queued' });
  });

  it.each([
    ['check_run', { ...payload, check_run: { ...payload.check_run, app: { id: 5 } } }],
    ['check_suite', { ...payload, check_suite: { app: { id: 5 } } }],
  ])('of another app is not: %s', (name, other) => {
    expect(mapEvent(webhookEvent(name, other))).toEqual({ tenantId: null, ignored: `no facts in this ${name} event` });
  });

  it('is nobody’s while the app is not connected', () => {
    expect(mapEvent({ ...webhookEvent('check_run', payload), appId: null })).toHaveProperty('ignored');
  });
});
