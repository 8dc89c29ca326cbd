import { createHash } from 'node:crypto';
import { nodeId } from '../node-id.ts';
import type { Repository } from '../truth/repository.ts';
import type { Comment, ReviewComment } from '../truth/work.ts';
import { commitNode } from './commit-node.ts';
import { connection, type PageArguments } from './connection.ts';
import type { Node, QueryContext } from './context.ts';
import { personNode } from './person-node.ts';

export function commentNode(repository: Repository, comment: Comment): Node {
  return { __typename: 'IssueComment', id: nodeId('IC', repository.id, comment.id), ...commentFields(comment) };
}

function commentFields({ id, author, body, createdAt, updatedAt }: Comment): Node {
  return {
    databaseId: id,
    fullDatabaseId: String(id),
    author: personNode(author),
    body,
    bodyText: body,
    createdAt,
    publishedAt: createdAt,
    updatedAt,
    lastEditedAt: updatedAt === createdAt ? null : updatedAt,
  };
}

interface ReviewCommentOf {
  readonly repository: Repository;
  readonly comment: ReviewComment;
}

export function reviewCommentNode(context: QueryContext, { repository, comment }: ReviewCommentOf): Node {
  const commit = () => {
    const found = repository.commits.get(comment.commitSha);
    return found ? commitNode(context, repository, found) : null;
  };
  return {
    __typename: 'PullRequestReviewComment',
    id: nodeId('PRRC', repository.id, comment.id),
    ...commentFields(comment),
    path: comment.path,
    commit,
    originalCommit: commit,
    pullRequestReview: {
      __typename: 'PullRequestReview',
      id: nodeId('PRR', repository.id, comment.reviewId),
      databaseId: comment.reviewId,
      fullDatabaseId: String(comment.reviewId),
    },
  };
}

/** A label has the same id wherever it is named. */
export function labelId(name: string): number {
  return createHash('sha1').update(name).digest().readUInt32BE(0) >>> 2;
}

export function labelConnection(repository: Repository, names: readonly string[], args: PageArguments): Node {
  return connection(names, {
    args,
    node: (name) => ({
      __typename: 'Label',
      id: nodeId('LA', repository.id, labelId(name)),
      name,
      color: 'ededed',
      description: null,
    }),
    place: (name) => ['', names.indexOf(name)],
  });
}
