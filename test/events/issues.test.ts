import { describe, expect, it } from 'vitest';
import { ALICE, BOB, repositoryEvent, sha, userPayload } from '../support/payloads.ts';
import { factsOf, RECEIVED_AT } from '../support/webhook-event.ts';
import { issueCommentPayload, issuePayload } from '../support/work-payloads.ts';

const CREATED = '2026-03-01T00:00:00.000Z';
const UPDATED = '2026-03-02T00:00:00.000Z';

describe('an issue', () => {
  it('is observed whole', () => {
    const issue = { number: 8, id: 88, labels: ['sev1', 'incident'], closedAt: UPDATED };
    expect(factsOf('issues', issuePayload({ action: 'closed', issue })).issues).toEqual([
      {
        repository_id: 9_000,
        number: 8,
        observed: {
          at: UPDATED,
          rank: 2,
          issue_id: 88,
          title: 'The engine does not start',
          body: 'It should.',
          state: 'closed',
          state_reason: 'completed',
          author_id: ALICE.id,
          labels: ['incident', 'sev1'],
          created_at: CREATED,
          closed_at: UPDATED,
        },
      },
    ]);
  });

  it.each(['opened', 'edited', 'closed', 'reopened', 'labeled', 'pinned', 'an_action_of_tomorrow'])(
    'that was %s is not gone',
    (action) => {
      expect(factsOf('issues', issuePayload({ action })).issues?.[0]).not.toHaveProperty('deleted_at');
    },
  );

  it.each(['deleted', 'transferred'])('that was %s is gone', (action) => {
    expect(factsOf('issues', issuePayload({ action })).issues).toMatchObject([{ number: 2, deleted_at: RECEIVED_AT }]);
  });

  it('that is a pull request is none', () => {
    const payload = issuePayload({ action: 'milestoned' });
    Object.assign(payload['issue'] as object, {
      pull_request: { url: 'https://api.github.com/repos/acme/rocket/pulls/2' },
    });
    expect(factsOf('issues', payload)).not.toHaveProperty('issues');
  });
});

describe('a comment', () => {
  const observed = {
    at: UPDATED,
    number: 2,
    commit_sha: null,
    review_id: null,
    author_id: BOB.id,
    created_at: CREATED,
  };
  const comment = { createdAt: CREATED, updatedAt: UPDATED };

  it.each([
    ['created', {}],
    ['edited', {}],
    ['deleted', { deleted_at: RECEIVED_AT }],
  ] as const)('on an issue that was %s tells of both', (action, deleted) => {
    const facts = factsOf('issue_comment', issueCommentPayload({ action, comment }));
    expect(facts.comments).toEqual([{ repository_id: 9_000, kind: 'issue', comment_id: 70_000, observed, ...deleted }]);
    expect(facts.issues).toMatchObject([{ number: 2, observed: { state: 'open' } }]);
    expect(facts.issues?.[0]).not.toHaveProperty('deleted_at');
    expect(facts.contributors?.map((one) => one.contributor_id)).toEqual([BOB.id, ALICE.id]);
  });

  it('on a pull request tells of no issue', () => {
    const facts = factsOf('issue_comment', issueCommentPayload({ onPullRequest: true, comment }));
    expect(facts).not.toHaveProperty('issues');
    expect(facts.comments).toMatchObject([{ kind: 'issue', observed }]);
  });

  it('on a commit tells which', () => {
    const comment = { id: 5, user: userPayload(BOB), commit_id: sha('head'), created_at: CREATED, updated_at: UPDATED };
    const payload = { action: 'created', comment, ...repositoryEvent({}) };
    expect(factsOf('commit_comment', payload).comments).toEqual([
      {
        repository_id: 9_000,
        kind: 'commit',
        comment_id: 5,
        observed: { ...observed, number: null, commit_sha: sha('head') },
      },
    ]);
  });
});
