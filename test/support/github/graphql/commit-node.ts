import { nodeId } from '../node-id.ts';
import { treeSha } from '../truth/git-objects.ts';
import type { Repository } from '../truth/repository.ts';
import type { Commit, PullRequest } from '../truth/work.ts';
import { checkPage, connection, orderedBy, type PageArguments } from './connection.ts';
import { type Node, type QueryContext, requirePermission } from './context.ts';
import { failure } from './failure.ts';
import { commitAuthors, gitActorNode } from './person-node.ts';
import { pullRequestNode } from './pull-request-node.ts';
import { repositoryNode } from './repository-node.ts';

export function commitNode(context: QueryContext, repository: Repository, commit: Commit): Node {
  const { sha, message, author, committer } = commit;
  const [messageHeadline = '', ...rest] = message.split('\n');
  const path = `/${repository.fullName}/commit/${sha}`;
  const authors = commitAuthors(commit);
  return {
    __typename: 'Commit',
    id: nodeId('C', repository.id, sha),
    oid: sha,
    abbreviatedOid: sha.slice(0, 7),
    message,
    messageHeadline,
    messageBody: rest.join('\n').trim(),
    author: gitActorNode(context, author),
    committer: gitActorNode(context, committer),
    authoredDate: author.at,
    committedDate: committer.at,
    authoredByCommitter: author.email === committer.email,
    committedViaWeb: false,
    additions: commit.additions,
    deletions: commit.deletions,
    changedFiles: commit.changedFiles,
    changedFilesIfAvailable: commit.changedFiles,
    resourcePath: path,
    commitResourcePath: path,
    url: `https://github.com${path}`,
    commitUrl: `https://github.com${path}`,
    tree: { __typename: 'Tree', oid: treeSha(commit) },
    repository: () => repositoryNode(context, repository),
    authors: (args: PageArguments) =>
      connection(authors, {
        args,
        node: (person) => gitActorNode(context, person),
        place: (person) => ['', authors.indexOf(person)],
      }),
    parents: (args: PageArguments) =>
      connection(commit.parents, {
        args,
        node: (parent) => commitNode(context, repository, repository.commit(parent)),
        place: (parent) => ['', commit.parents.indexOf(parent)],
      }),
    history: (args: HistoryArguments) => historyConnection(context, { repository, tip: sha, args }),
    associatedPullRequests: (args: PageArguments) => {
      requirePermission(context, 'pull_requests');
      return connection(associated(repository, sha), {
        args,
        node: (pull) => pullRequestNode(context, repository, pull),
        ...orderedBy<PullRequest>(
          { CREATED_AT: (pull) => pull.createdAt, UPDATED_AT: (pull) => pull.updatedAt },
          args,
          ({ id }) => id,
        ),
      });
    },
  };
}

/** The merged pull request that brought a commit; open ones too where the default branch lacks it. */
function associated(repository: Repository, sha: string): PullRequest[] {
  const pulls = repository.pullsOf(sha);
  const merged = pulls.filter(({ mergedAt }) => mergedAt !== null);
  if (merged.length > 0) return merged;
  return pulls.filter(({ closedAt }) => closedAt === null);
}

interface HistoryArguments extends PageArguments {
  readonly since?: string | null;
  readonly until?: string | null;
  readonly author?: { readonly id?: string | null; readonly emails?: readonly string[] | null } | null;
}

interface HistoryRequest {
  readonly repository: Repository;
  readonly tip: string;
  readonly args: HistoryArguments;
}

/** A cursor of a history names the commit where it began, so that later pushes move nothing. */
function historyConnection(context: QueryContext, { repository, tip, args }: HistoryRequest): Node {
  checkPage(args);
  const [, from = tip, position = '-1'] = /^([0-9a-f]{40}) (\d+)$/.exec(args.after ?? '') ?? [];
  if (args.after && from === tip && position === '-1') {
    throw failure('INVALID_CURSOR_ARGUMENTS', `\`${args.after}\` does not appear to be a valid cursor.`);
  }
  const history = repository.history(from);
  const all = args.since || args.until ? history.filter(({ committer }) => isWithin(committer.at, args)) : history;
  const start = Number(position) + 1;
  const page = all.slice(start, start + (args.first ?? 0));
  const cursorOf = (index: number) => `${from} ${start + index}`;
  const node = (commit: Commit) => commitNode(context, repository, commit);
  return {
    totalCount: all.length,
    nodes: () => page.map(node),
    edges: () => page.map((commit, index) => ({ cursor: cursorOf(index), node: () => node(commit) })),
    pageInfo: {
      startCursor: page.length === 0 ? null : cursorOf(0),
      endCursor: page.length === 0 ? null : cursorOf(page.length - 1),
      hasNextPage: start + page.length < all.length,
      hasPreviousPage: start > 0,
    },
  };
}

function isWithin(at: string, { since, until }: HistoryArguments): boolean {
  const time = Date.parse(at);
  return !(since && time < Date.parse(since)) && !(until && time > Date.parse(until));
}
