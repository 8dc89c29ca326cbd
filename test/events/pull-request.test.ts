import { describe, expect, it } from 'vitest';
import type { Facts } from '../../src/facts/facts.ts';
import { ALICE, BOB, RENOVATE, sha } from '../support/payloads.ts';
import { factsOf, RECEIVED_AT } from '../support/webhook-event.ts';
import {
  type PullRequestEventOptions,
  pullRequestPayload,
  reviewCommentPayload,
  reviewPayload,
} from '../support/work-payloads.ts';

const CREATED = '2026-03-01T00:00:00.000Z';
const UPDATED = '2026-03-02T00:00:00.000Z';
const factsOfPull = (options: PullRequestEventOptions) => factsOf('pull_request', pullRequestPayload(options));
const observedOf = (options: PullRequestEventOptions) => factsOfPull(options).pull_requests?.[0]?.observed;
const reviewOf = (payload: object) => factsOf('pull_request_review', payload).reviews?.[0];
const readiedOf = ({ pull_requests = [] }: Facts) => pull_requests.map(({ readied }) => readied).filter((one) => one);

describe('a pull request', () => {
  it('is observed whole', () => {
    const labels = ['b', 'a', 'C'];
    const pull = { number: 5, id: 55, labels, author: RENOVATE, updatedAt: UPDATED, mergeCommitSha: sha('test merge') };
    expect(factsOfPull({ action: 'labeled', pull }).pull_requests).toEqual([
      {
        repository_id: 9_000,
        number: 5,
        observed: {
          at: UPDATED,
          rank: 1,
          pull_request_id: 55,
          title: 'Fix the engine',
          body: 'It did not start.',
          state: 'open',
          draft: false,
          fork: false,
          author_id: RENOVATE.id,
          head_ref: 'topic',
          head_sha: sha('head'),
          base_ref: 'main',
          base_sha: sha('base'),
          merge_commit_sha: null,
          labels: ['C', 'a', 'b'],
          created_at: CREATED,
          merged_at: null,
          closed_at: null,
        },
        sized: { at: UPDATED, rank: 1, additions: 10, deletions: 2, changed_files: 1, merged_by_id: null },
        requested: { at: UPDATED, rank: 1, requested_reviewers: [], requested_teams: [] },
      },
    ]);
  });

  it.each([
    ['opened', {}, { state: 'open', rank: 1 }],
    ['closed', { closedAt: UPDATED }, { state: 'closed', rank: 2, merge_commit_sha: null }],
    [
      'closed',
      { mergedAt: UPDATED },
      { state: 'merged', rank: 4, merged_at: UPDATED, closed_at: UPDATED, merge_commit_sha: sha('merge 1') },
    ],
    ['reopened', { updatedAt: UPDATED }, { state: 'open', rank: 3, closed_at: null }],
    ['edited', { mergedAt: CREATED, updatedAt: UPDATED }, { state: 'merged', rank: 4, at: UPDATED }],
  ])('that was %s with %j is %j', (action, pull, expected) => {
    expect(observedOf({ action, pull })).toMatchObject(expected);
  });

  it('names who merged it, and the people of the event once', () => {
    const facts = factsOfPull({
      action: 'closed',
      sender: BOB,
      pull: { author: ALICE, mergedAt: UPDATED, mergedBy: BOB },
    });
    expect(facts.pull_requests?.[0]?.sized?.merged_by_id).toBe(BOB.id);
    expect(facts.contributors?.map((one) => one.contributor_id)).toEqual([BOB.id, ALICE.id]);
  });

  it.each([
    ['opened', { draft: false }, [{ at: CREATED, ready_at: CREATED }]],
    ['opened', { draft: true }, [{ at: CREATED, ready_at: null }]],
    ['ready_for_review', { draft: false }, [{ at: UPDATED, rank: 2, ready_at: UPDATED }]],
    ['converted_to_draft', { draft: true }, [{ at: UPDATED, rank: 1, ready_at: null }]],
    ['reopened', { draft: false }, []],
    ['synchronize', { draft: false }, []],
    ['an_action_of_tomorrow', { draft: false }, []],
  ])('that was %s with %j is ready since %j', (action, { draft }, readied) => {
    expect(readiedOf(factsOfPull({ action, pull: { draft, createdAt: CREATED, updatedAt: UPDATED } }))).toEqual(
      readied,
    );
  });

  it('may have no body, no author and a very long body', () => {
    expect(observedOf({ pull: { body: null } })?.body).toBeNull();
    expect(observedOf({ pull: { body: 'x'.repeat(70_000) } })?.body).toBe('x'.repeat(65_536));
    const payload = pullRequestPayload();
    Object.assign(payload['pull_request'] as object, { user: null });
    const facts = factsOf('pull_request', payload);
    expect(facts.pull_requests?.[0]?.observed?.author_id).toBeNull();
    expect(facts.contributors).toMatchObject([{ contributor_id: ALICE.id }]);
  });
});

describe('a review', () => {
  it('tells of itself, its people and its pull request, of that without a size', () => {
    const facts = factsOf('pull_request_review', reviewPayload({ review: { submittedAt: UPDATED } }));
    expect(facts.reviews).toEqual([
      {
        repository_id: 9_000,
        review_id: 60_000,
        observed: {
          at: UPDATED,
          rank: 1,
          number: 1,
          author_id: BOB.id,
          state: 'approved',
          commit_sha: sha('head'),
          submitted_at: UPDATED,
        },
      },
    ]);
    expect(facts.contributors?.map((one) => one.contributor_id)).toEqual([BOB.id, ALICE.id]);
    expect(Object.keys(facts.pull_requests?.[0] ?? {})).toEqual(['repository_id', 'number', 'observed', 'requested']);
  });

  it('that was dismissed comes after its submission, of the same time', () => {
    expect(reviewOf(reviewPayload({ action: 'submitted' }))?.observed).toMatchObject({ at: CREATED, rank: 1 });
    expect(reviewOf(reviewPayload({ action: 'dismissed' }))?.observed).toMatchObject({
      at: CREATED,
      rank: 2,
      state: 'dismissed',
    });
  });

  it('has its state in small letters, as the API does not', () => {
    const payload = reviewPayload();
    Object.assign(payload['review'] as object, { state: 'CHANGES_REQUESTED' });
    expect(reviewOf(payload)?.observed?.state).toBe('changes_requested');
  });

  it('without a time of submission has that of its pull request', () => {
    const payload = reviewPayload({ pull: { updatedAt: UPDATED } });
    Object.assign(payload['review'] as object, { submitted_at: null, state: 'pending' });
    expect(reviewOf(payload)?.observed).toMatchObject({ at: UPDATED, submitted_at: null });
  });
});

describe('a comment on the diff', () => {
  it.each([
    ['created', undefined],
    ['edited', undefined],
    ['deleted', RECEIVED_AT],
  ] as const)('that was %s was deleted at %s', (action, deleted_at) => {
    const payload = reviewCommentPayload({ action, comment: { updatedAt: UPDATED, commitSha: sha('then') } });
    const observed = {
      at: UPDATED,
      number: 1,
      commit_sha: sha('then'),
      review_id: 60_000,
      author_id: BOB.id,
      created_at: CREATED,
    };
    expect(factsOf('pull_request_review_comment', payload).comments).toEqual([
      { repository_id: 9_000, kind: 'review', comment_id: 70_000, observed, ...(deleted_at && { deleted_at }) },
    ]);
  });

  it('whose pull request does not say whether it is a draft leaves that as it was', () => {
    const payload = reviewCommentPayload();
    delete (payload['pull_request'] as { draft?: boolean }).draft;
    expect(factsOf('pull_request_review_comment', payload)).not.toHaveProperty('pull_requests');
  });
});
