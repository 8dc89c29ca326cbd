import { describe, expect, it } from 'vitest';
import { pullRequests } from '../../../src/sync/entities/pull-requests.ts';
import { answeringInstallation, firstPage, repository } from '../../support/answering-installation.ts';
import { createTestDatabase } from '../../support/database.ts';
import { actorNode, commentNode, commitNode, connectionNode, pullRequestNode } from '../../support/graphql-nodes.ts';
import { ALICE, BOB, commitPayload, pushPayload, RENOVATE, sha } from '../../support/payloads.ts';
import { expectSameRows } from '../../support/two-ways.ts';
import { issueCommentPayload, pullRequestPayload, reviewPayload } from '../../support/work-payloads.ts';

const { db } = await createTestDatabase();
const day = (n: number) => `2026-03-0${n}T00:00:00Z`;

function reading(pulls: readonly object[], more: object = {}) {
  const { client, asked } = answeringInstallation({
    graphql: {
      PullRequests: () => ({
        repository: () => ({ databaseId: repository.id, pullRequests: connectionNode(pulls, 'next') }),
      }),
      PullRequestLists: () => ({ repository: () => ({ databaseId: repository.id, pullRequest: more }) }),
    },
  });
  return { page: pullRequests.readPage(firstPage(client)), asked };
}

const reviewNode = (id: number, state: string, at: string | null) => ({
  fullDatabaseId: String(id),
  state,
  submittedAt: at,
  author: actorNode(BOB),
  commit: { oid: sha('head') },
});

describe('pull requests by the page', () => {
  it('come to the rows of their webhooks', async () => {
    const opened = { draft: true, author: RENOVATE, labels: ['size/S', 'bug'], body: '' };
    const merged = {
      ...opened,
      draft: false,
      mergedAt: day(4),
      mergeCommitSha: sha('merge'),
      requestedReviewers: [BOB, RENOVATE],
    };
    const { page } = reading([
      pullRequestNode({
        author: actorNode(RENOVATE),
        body: '',
        state: 'MERGED',
        mergeCommit: { oid: sha('merge') },
        mergedBy: actorNode(BOB),
        updatedAt: day(4),
        mergedAt: day(4),
        closedAt: day(4),
        labels: connectionNode([{ name: 'size/S' }, { name: 'bug' }]),
        reviews: connectionNode([reviewNode(60_000, 'APPROVED', day(3)), reviewNode(60_001, 'PENDING', null)]),
        comments: connectionNode([commentNode(70_000, { at: day(3) })]),
        reviewRequests: connectionNode([BOB, RENOVATE].map((account) => ({ requestedReviewer: actorNode(account) }))),
        timelineItems: connectionNode([{ __typename: 'ReadyForReviewEvent', createdAt: day(2) }]),
      }),
    ]);
    const { facts, ...rest } = await page;
    expect(rest).toEqual({ cursor: 'next', items: 1, total: 1, oldest: day(4) });
    const issue = { number: 1, author: RENOVATE };
    const rows = await expectSameRows(db, {
      webhooks: [
        ['pull_request', pullRequestPayload({ pull: opened })],
        [
          'pull_request',
          pullRequestPayload({ action: 'ready_for_review', pull: { ...opened, draft: false, updatedAt: day(2) } }),
        ],
        ['pull_request_review', reviewPayload({ pull: { ...opened, draft: false }, review: { submittedAt: day(3) } })],
        ['issue_comment', issueCommentPayload({ issue, onPullRequest: true, comment: { createdAt: day(3) } })],
        ['pull_request', pullRequestPayload({ action: 'closed', pull: merged })],
      ],
      pages: facts,
      tables: ['pull_requests', 'reviews', 'comments'],
    });
    expect(rows['pull_requests']).toMatchObject([{ state: 'merged', labels: ['bug', 'size/S'], merged_by_id: BOB.id }]);
    expect(rows['reviews']).toHaveLength(1);
  });

  it.each([
    ['opened as a draft', true, []],
    ['opened for review', false, []],
    ['made a draft again', true, [{ __typename: 'ConvertToDraftEvent', createdAt: day(2) }]],
  ])('know since when they are ready: %s', async (_name, draft, timeline) => {
    const { page } = reading([
      pullRequestNode({ isDraft: draft, updatedAt: day(2), timelineItems: connectionNode(timeline) }),
    ]);
    const opened = pullRequestPayload({ pull: { draft: draft && timeline.length === 0 } });
    const change = timeline.length > 0 ? 'converted_to_draft' : 'labeled';
    const rows = await expectSameRows(db, {
      webhooks: [
        ['pull_request', opened],
        ['pull_request', pullRequestPayload({ action: change, pull: { draft, updatedAt: day(2) } })],
      ],
      pages: (await page).facts,
      tables: ['pull_requests'],
    });
    expect(rows['pull_requests']).toMatchObject([{ draft, ready_at: draft ? null : '2026-03-01T00:00:00+00:00' }]);
  });

  it('bring their commits, as a push does but with exact times, and list them', async () => {
    const id = sha('work');
    const { page } = reading([pullRequestNode({ commits: connectionNode([{ commit: commitNode(id) }]) })]);
    const { facts } = await page;
    expect(facts[0]?.pull_request_commits).toMatchObject([{ number: 1, sha: id }]);
    await expectSameRows(db, {
      webhooks: [['push', pushPayload({ commits: [commitPayload({ id })] })]],
      pages: facts,
      tables: ['commits'],
    });
  });

  it('have no author where the account is gone', async () => {
    const ghost = { id: 10_137, login: 'ghost', type: 'User' } as const;
    const { page } = reading([pullRequestNode({ author: null })]);
    const { facts } = await page;
    const rows = await expectSameRows(db, {
      webhooks: [['pull_request', pullRequestPayload({ pull: { author: ghost } })]],
      pages: facts,
      tables: ['pull_requests'],
    });
    expect(rows['pull_requests']).toMatchObject([{ author_id: null }]);
  });

  it('are whole before the next page: lists that did not fit are read to their end', async () => {
    const first = Array.from({ length: 50 }, (_, index) => ({ commit: commitNode(sha(`c${index}`)) }));
    const { page, asked } = reading(
      [
        pullRequestNode({ commits: connectionNode(first, 'c50'), reviews: connectionNode([], 'r0') }),
        pullRequestNode({ number: 2, fullDatabaseId: '40002' }),
      ],
      {
        commits: connectionNode([{ commit: commitNode(sha('c50')) }]),
        reviews: connectionNode([reviewNode(60_000, 'APPROVED', day(3))]),
      },
    );
    const { facts } = await page;
    expect(asked).toEqual(['PullRequests', 'PullRequestLists']);
    expect(facts[0]?.pull_request_commits).toHaveLength(51);
    expect(facts[0]?.reviews).toHaveLength(1);
    expect(facts[0]?.contributors).toContainEqual(expect.objectContaining({ contributor_id: ALICE.id }));
  });
});
