import { type Account, ALICE, BOB, sha, T0 } from './payloads.ts';

/** An account as GraphQL has it: a bot's login is without `[bot]` there. */
export function actorNode({ id, login, type }: Account) {
  return { __typename: type, login: login.replace('[bot]', ''), databaseId: id };
}

export function connectionNode<T>(nodes: readonly T[], next: string | null = null) {
  return { totalCount: nodes.length, nodes, pageInfo: { hasNextPage: next !== null, endCursor: next } };
}

export function commitNode(id: string, { at = T0, author = ALICE }: { at?: string; author?: Account } = {}) {
  const person = {
    name: 'Alice',
    email: `${author.login}@acme.example`,
    user: { databaseId: author.id, login: author.login },
  };
  return {
    oid: id,
    message: 'Fix the engine',
    authoredDate: at,
    committedDate: at,
    author: person,
    committer: person,
    additions: 3,
    deletions: 1,
    changedFilesIfAvailable: 1,
    parents: connectionNode([{ oid: sha('parent') }]),
  };
}

export function commentNode(id: number, { author = BOB, at = T0 }: { author?: Account | null; at?: string } = {}) {
  return { fullDatabaseId: String(id), author: author && actorNode(author), createdAt: at, updatedAt: at };
}

/** As `pullRequestPayload` makes it by default. */
export function pullRequestNode(given: Readonly<Record<string, unknown>> = {}) {
  return {
    fullDatabaseId: '40001',
    number: 1,
    title: 'Fix the engine',
    body: 'It did not start.',
    state: 'OPEN',
    isDraft: false,
    author: actorNode(ALICE),
    headRefName: 'topic',
    headRefOid: sha('head'),
    baseRefName: 'main',
    baseRefOid: sha('base'),
    headRepository: { databaseId: 9_000 },
    mergeCommit: null,
    mergedBy: null,
    additions: 10,
    deletions: 2,
    changedFiles: 1,
    createdAt: T0,
    updatedAt: T0,
    mergedAt: null,
    closedAt: null,
    labels: connectionNode([]),
    commits: connectionNode([]),
    reviews: connectionNode([]),
    comments: connectionNode([]),
    reviewRequests: connectionNode([]),
    timelineItems: connectionNode([]),
    ...given,
  };
}
