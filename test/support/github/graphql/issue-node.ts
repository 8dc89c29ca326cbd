import { nodeId } from '../node-id.ts';
import type { Repository } from '../truth/repository.ts';
import type { Issue } from '../truth/work.ts';
import { commentNode, labelConnection } from './comment-node.ts';
import { connection, orderedBy, type PageArguments } from './connection.ts';
import type { Node, QueryContext } from './context.ts';
import { personNode } from './person-node.ts';
import { repositoryNode } from './repository-node.ts';

export function issueNode(context: QueryContext, repository: Repository, issue: Issue): Node {
  const path = `/${repository.fullName}/issues/${issue.number}`;
  return {
    __typename: 'Issue',
    id: nodeId('I', repository.id, issue.id),
    databaseId: issue.id,
    fullDatabaseId: String(issue.id),
    number: issue.number,
    title: issue.title,
    body: issue.body,
    bodyText: issue.body,
    author: personNode(issue.author),
    state: issue.closedAt === null ? 'OPEN' : 'CLOSED',
    stateReason: issue.stateReason?.toUpperCase() ?? null,
    closed: issue.closedAt !== null,
    createdAt: issue.createdAt,
    publishedAt: issue.createdAt,
    updatedAt: issue.updatedAt,
    closedAt: issue.closedAt,
    locked: false,
    milestone: null,
    resourcePath: path,
    url: `https://github.com${path}`,
    repository: () => repositoryNode(context, repository),
    labels: (args: PageArguments) => labelConnection(repository, issue.labels, args),
    assignees: (args: PageArguments) =>
      connection(issue.author ? [issue.author] : [], { args, node: personNode, place: ({ id }) => ['', id] }),
    comments: (args: PageArguments) =>
      connection(issue.comments, {
        args,
        node: (comment) => commentNode(repository, comment),
        ...orderedBy({ UPDATED_AT: ({ updatedAt }) => updatedAt }, args, ({ id }) => id),
      }),
  };
}
