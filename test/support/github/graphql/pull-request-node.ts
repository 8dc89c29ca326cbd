import { nodeId } from '../node-id.ts';
import type { Repository } from '../truth/repository.ts';
import type { DraftChange, PullFile, PullRequest, Review } from '../truth/work.ts';
import { commentNode, labelConnection, reviewCommentNode } from './comment-node.ts';
import { commitNode } from './commit-node.ts';
import { connection, orderedBy, type PageArguments } from './connection.ts';
import { type Node, type QueryContext, requirePermission } from './context.ts';
import { teamNode } from './organization-node.ts';
import { personNode } from './person-node.ts';
import { forkId } from '../rest/work-json.ts';
import { refNode, repositoryNode } from './repository-node.ts';

export function pullRequestNode(context: QueryContext, repository: Repository, pull: PullRequest): Node {
  const path = `/${repository.fullName}/pull/${pull.number}`;
  return {
    __typename: 'PullRequest',
    id: nodeId('PR', repository.id, pull.id),
    databaseId: pull.id,
    fullDatabaseId: String(pull.id),
    number: pull.number,
    title: pull.title,
    body: pull.body,
    bodyText: pull.body,
    author: personNode(pull.author),
    authorAssociation: 'MEMBER',
    state: pull.mergedAt === null ? (pull.closedAt === null ? 'OPEN' : 'CLOSED') : 'MERGED',
    isDraft: pull.draft,
    closed: pull.closedAt !== null,
    merged: pull.mergedAt !== null,
    createdAt: pull.createdAt,
    publishedAt: pull.createdAt,
    updatedAt: pull.updatedAt,
    closedAt: pull.closedAt,
    mergedAt: pull.mergedAt,
    mergedBy: personNode(pull.mergedBy),
    additions: pull.additions,
    deletions: pull.deletions,
    changedFiles: pull.changedFiles,
    headRefName: pull.headRef,
    headRefOid: pull.headSha,
    baseRefName: pull.baseRef,
    baseRefOid: pull.baseSha,
    isCrossRepository: pull.headOwner !== repository.owner,
    locked: false,
    resourcePath: path,
    url: `https://github.com${path}`,
    permalink: `https://github.com${path}`,
    repository: () => repositoryNode(context, repository),
    baseRepository: () => repositoryNode(context, repository),
    headRepository: () =>
      pull.headOwner === repository.owner
        ? repositoryNode(context, repository)
        : { __typename: 'Repository', databaseId: forkId(repository) },
    headRepositoryOwner: () => ({ __typename: 'Organization', login: pull.headOwner }),
    baseRef: () => refNode(context, repository, pull.baseRef),
    headRef: () => refNode(context, repository, pull.headRef),
    mergeCommit: () => {
      const commit = pull.mergedAt === null ? undefined : repository.commits.get(pull.mergeCommitSha ?? '');
      return commit ? commitNode(context, repository, commit) : null;
    },
    totalCommentsCount: pull.comments.length + pull.reviewComments.length,
    ...pullRequestLists(context, repository, pull),
  };
}

function pullRequestLists(context: QueryContext, repository: Repository, pull: PullRequest): Node {
  return {
    labels: (args: PageArguments) => labelConnection(repository, pull.labels, args),
    files: (args: PageArguments) => {
      requirePermission(context, 'contents');
      const files = filesOf(pull);
      return connection(files, {
        args,
        node: (file) => ({ __typename: 'PullRequestChangedFile', changeType: 'MODIFIED', ...file }),
        place: (file) => ['', files.indexOf(file)],
      });
    },
    commits: (args: PageArguments) =>
      connection(pull.commits, {
        args,
        node: (sha) => ({
          __typename: 'PullRequestCommit',
          id: nodeId('PURC', pull.id, sha),
          commit: () => commitNode(context, repository, repository.commit(sha)),
          pullRequest: () => pullRequestNode(context, repository, pull),
        }),
        place: (sha) => ['', pull.commits.indexOf(sha)],
      }),
    reviews: (args: PageArguments & { states?: readonly string[] | null }) =>
      connection(
        pull.reviews.filter(({ state }) => state !== 'PENDING' && (args.states?.includes(state) ?? true)),
        { args, node: (review) => reviewNode(context, { repository, pull, review }), place: ({ id }) => ['', id] },
      ),
    comments: (args: PageArguments) =>
      connection(pull.comments, {
        args,
        node: (comment) => commentNode(repository, comment),
        ...orderedBy({ UPDATED_AT: ({ updatedAt }) => updatedAt }, args, ({ id }) => id),
      }),
    reviewThreads: (args: PageArguments) =>
      connection(pull.reviewComments, {
        args,
        node: (comment) => ({
          __typename: 'PullRequestReviewThread',
          id: nodeId('PRRT', repository.id, comment.id),
          path: comment.path,
          isResolved: false,
          isOutdated: false,
          comments: (inner: PageArguments) =>
            connection([comment], {
              args: inner,
              node: (each) => reviewCommentNode(context, { repository, comment: each }),
              place: ({ id }) => ['', id],
            }),
        }),
        place: ({ id }) => ['', id],
      }),
    reviewRequests: (args: PageArguments) => {
      const { requestedReviewers, requestedTeams } = pull;
      const people = requestedReviewers.map((person) => ({ id: person.id, node: personNode(person) }));
      const organization = context.truth.organizationOf(repository);
      const teams = requestedTeams.map((team) => ({ id: team.id, node: teamNode(context, organization, team) }));
      return connection([...people, ...teams], {
        args,
        node: ({ node }) => ({ __typename: 'ReviewRequest', requestedReviewer: node }),
        place: ({ id }) => ['', id],
      });
    },
    timelineItems: (args: TimelineArguments) => timelineConnection(repository, pull, args),
  };
}

function filesOf({ files, changedFiles, additions, deletions }: PullRequest): readonly PullFile[] {
  if (files) return files;
  return Array.from({ length: changedFiles }, (_, index) => ({
    path: index === 0 ? 'history.txt' : `history-${index}.txt`,
    additions: index === 0 ? additions : 0,
    deletions: index === 0 ? deletions : 0,
  }));
}

interface ReviewOfPull {
  readonly repository: Repository;
  readonly pull: PullRequest;
  readonly review: Review;
}

function reviewNode(context: QueryContext, { repository, pull, review }: ReviewOfPull): Node {
  const path = `/${repository.fullName}/pull/${pull.number}#pullrequestreview-${review.id}`;
  return {
    __typename: 'PullRequestReview',
    id: nodeId('PRR', repository.id, review.id),
    databaseId: review.id,
    fullDatabaseId: String(review.id),
    author: personNode(review.author),
    body: review.body,
    state: review.state,
    submittedAt: review.submittedAt,
    publishedAt: review.submittedAt,
    createdAt: review.submittedAt ?? review.updatedAt,
    updatedAt: review.updatedAt,
    lastEditedAt: null,
    resourcePath: path,
    url: `https://github.com${path}`,
    pullRequest: () => pullRequestNode(context, repository, pull),
    repository: () => repositoryNode(context, repository),
    commit: () => {
      const commit = repository.commits.get(review.commitSha);
      return commit ? commitNode(context, repository, commit) : null;
    },
    comments: (args: PageArguments) =>
      connection(
        pull.reviewComments.filter(({ reviewId }) => reviewId === review.id),
        {
          args,
          node: (comment) => reviewCommentNode(context, { repository, comment }),
          place: ({ id }) => ['', id],
        },
      ),
  };
}

interface TimelineArguments extends PageArguments {
  readonly itemTypes?: readonly string[] | null;
}

interface TimelineItem {
  readonly type: string;
  readonly id: number;
  readonly at: string;
  readonly node: Node;
}

function timelineConnection(repository: Repository, pull: PullRequest, args: TimelineArguments): Node {
  const all = timeline(repository, pull);
  const { itemTypes } = args;
  const items = itemTypes ? all.filter(({ type }) => itemTypes.includes(type)) : all;
  const extra = { filteredCount: items.length, pageCount: items.length, updatedAt: pull.updatedAt };
  const page = connection(items, { args, node: ({ node }) => node, place: ({ at, id }) => [at, id] });
  return { ...page, ...extra, totalCount: all.length };
}

function timeline(repository: Repository, pull: PullRequest): TimelineItem[] {
  const items = pull.draftChanges.map((change) => draftChangeItem(repository, change));
  if (pull.mergedAt !== null) {
    const node = { __typename: 'MergedEvent', createdAt: pull.mergedAt, actor: personNode(pull.mergedBy) };
    items.push({ type: 'MERGED_EVENT', id: pull.id + 1, at: pull.mergedAt, node });
  }
  if (pull.closedAt !== null) {
    const node = { __typename: 'ClosedEvent', createdAt: pull.closedAt };
    items.push({ type: 'CLOSED_EVENT', id: pull.id + 2, at: pull.closedAt, node });
  }
  return items;
}

function draftChangeItem(repository: Repository, { id, draft, actor, at }: DraftChange): TimelineItem {
  const prefix = draft ? 'CTDE' : 'RFRE';
  const type = draft ? 'ConvertToDraftEvent' : 'ReadyForReviewEvent';
  const node = { __typename: type, id: nodeId(prefix, repository.id, id), createdAt: at, actor: personNode(actor) };
  return { type: draft ? 'CONVERT_TO_DRAFT_EVENT' : 'READY_FOR_REVIEW_EVENT', id, at, node };
}
