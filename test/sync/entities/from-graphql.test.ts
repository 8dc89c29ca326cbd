import { describe, expect, it } from 'vitest';
import { branches } from '../../../src/sync/entities/branches.ts';
import { createCommits } from '../../../src/sync/entities/commits.ts';
import { CloneReader } from '../../../src/sync/clone-reader.ts';
import { issues } from '../../../src/sync/entities/issues.ts';
import { NotFoundError } from '../../../src/errors.ts';
import { type Answers, answeringInstallation, firstPage, repository } from '../../support/answering-installation.ts';
import { createTestDatabase } from '../../support/database.ts';
import { actorNode, commentNode, commitNode, connectionNode } from '../../support/graphql-nodes.ts';
import { ALICE, BOB, commitPayload, pushPayload, sha, T0 } from '../../support/payloads.ts';
import { expectSameRows } from '../../support/two-ways.ts';
import { issueCommentPayload, issuePayload } from '../../support/work-payloads.ts';

const { db } = await createTestDatabase();
const commits = createCommits({
  github: { contentsToken: () => Promise.reject(new Error('nothing to clone')), webUrl: 'https://github.com' },
  clones: new CloneReader('/nowhere'),
  cloneFromCommits: 20_000,
});
const day = (n: number) => `2026-03-0${n}T00:00:00Z`;

function answering(graphql: Readonly<Record<string, object>>) {
  const answers: NonNullable<Answers['graphql']> = Object.fromEntries(
    Object.entries(graphql).map(([name, found]) => [
      name,
      () => ({ repository: { databaseId: repository.id, ...found } }),
    ]),
  );
  return answeringInstallation({ graphql: answers });
}

const history = (nodes: readonly object[], next: string | null = null) => ({
  __typename: 'Commit',
  oid: sha('head'),
  history: connectionNode(nodes, next),
});

const issueNode = (given: object) => ({
  fullDatabaseId: '50002',
  number: 2,
  title: 'The engine does not start',
  body: 'It should.',
  state: 'CLOSED',
  stateReason: 'NOT_PLANNED',
  author: actorNode(ALICE),
  createdAt: T0,
  updatedAt: day(3),
  closedAt: day(3),
  labels: connectionNode([{ name: 'incident' }, { name: 'bug' }]),
  comments: connectionNode([commentNode(70_000, { at: day(2) })]),
  ...given,
});

describe('branches by the page', () => {
  it('come to the rows of their pushes', async () => {
    const refs = connectionNode([
      { name: 'main', target: { __typename: 'Commit', oid: sha('new') } },
      { name: 'feature/x', target: { __typename: 'Commit', oid: sha('x') } },
    ]);
    const { client } = answering({ Branches: { createdAt: T0, pushedAt: day(2), refs } });
    const { facts, ...rest } = await branches.readPage(firstPage(client));
    expect(rest).toMatchObject({ cursor: null, items: 2, total: 2, oldest: null });
    await expectSameRows(db, {
      webhooks: [
        ['push', pushPayload({ after: sha('old') })],
        ['push', pushPayload({ ref: 'refs/heads/feature/x', after: sha('x'), pushedAt: day(1) })],
        ['push', pushPayload({ after: sha('new'), pushedAt: day(2) })],
      ],
      pages: facts,
      tables: ['branches'],
    });
  });

  it('are none in an empty repository', async () => {
    const { client } = answering({ Branches: { createdAt: T0, pushedAt: null, refs: connectionNode([]) } });
    expect(await branches.readPage(firstPage(client))).toMatchObject({ facts: [], items: 0, total: 0 });
  });
});

describe('commits by the page', () => {
  it('come to the rows of their push, with parents and line counts besides', async () => {
    const id = sha('work');
    const { client } = answering({ BranchHistory: { defaultBranchRef: { target: history([commitNode(id)]) } } });
    const { facts, ...rest } = await commits.readPage(firstPage(client));
    expect(rest).toMatchObject({ cursor: null, items: 1, total: 1, oldest: '2026-03-01T00:00:00.000Z' });
    expect(facts[0]?.commits?.[0]?.detailed).toMatchObject({
      parents: [sha('parent')],
      additions: 3,
      deletions: 1,
      changed_files: 1,
    });
    const [{ commits: found = [] } = {}] = facts;
    const observed = found.map(({ repository_id, sha, observed }) => ({ repository_id, sha, observed }));
    await expectSameRows(db, {
      webhooks: [['push', pushPayload({ commits: [commitPayload({ id })] })]],
      pages: [{ commits: observed.flatMap((one) => (one.observed ? [{ ...one, observed: one.observed }] : [])) }],
      tables: ['commits'],
    });
  });

  it('go on from the commit where the pass began', async () => {
    const { client } = answering({
      BranchHistory: { defaultBranchRef: { target: history([commitNode(sha('a'))], 'after a') } },
      History: { object: history([commitNode(sha('b'))]) },
    });
    const first = await commits.readPage(firstPage(client));
    expect(first.cursor).toContain(sha('head'));
    const second = await commits.readPage({ ...firstPage(client), cursor: first.cursor });
    expect(second.facts[0]?.commits?.[0]?.sha).toBe(sha('b'));
    expect(second.cursor).toBeNull();
  });

  it('are none in an empty repository', async () => {
    const { client } = answering({ BranchHistory: { defaultBranchRef: null } });
    expect(await commits.readPage(firstPage(client))).toMatchObject({ facts: [], cursor: null, items: 0 });
  });

  it('are not those of another repository that has the name by now', async () => {
    const { client } = answering({ BranchHistory: { databaseId: 1, defaultBranchRef: null } });
    await expect(commits.readPage(firstPage(client))).rejects.toThrow(NotFoundError);
  });
});

describe('issues by the page', () => {
  it('come to the rows of their webhooks', async () => {
    const { client } = answering({ Issues: { issues: connectionNode([issueNode({})], 'next') } });
    const { facts, ...rest } = await issues.readPage(firstPage(client));
    expect(rest).toEqual({ cursor: 'next', items: 1, total: 1, oldest: day(3) });
    const rows = await expectSameRows(db, {
      webhooks: [
        ['issues', issuePayload({ issue: { labels: ['bug'] } })],
        ['issue_comment', issueCommentPayload({ comment: { createdAt: day(2) } })],
        [
          'issues',
          issuePayload({
            action: 'closed',
            issue: { labels: ['bug', 'incident'], closedAt: day(3), stateReason: 'not_planned' },
          }),
        ],
      ],
      pages: facts,
      tables: ['issues', 'comments'],
    });
    expect(rows['issues']).toMatchObject([{ state: 'closed', labels: ['bug', 'incident'] }]);
  });

  it('bring all of their comments', async () => {
    const { client, asked } = answering({
      Issues: { issues: connectionNode([issueNode({ comments: connectionNode([commentNode(1)], 'c1') })]) },
      IssueComments: { issue: { comments: connectionNode([commentNode(2, { author: BOB })]) } },
    });
    const { facts } = await issues.readPage(firstPage(client));
    expect(asked).toEqual(['Issues', 'IssueComments']);
    expect(facts[0]?.comments?.map(({ comment_id }) => comment_id)).toEqual([1, 2]);
  });
});
