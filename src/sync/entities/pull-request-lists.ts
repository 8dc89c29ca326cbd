import { pullRequestListsDocument } from '../../github/documents/pull-request-lists.ts';
import type { PullRequest } from '../../github/documents/pull-request.ts';
import type { PageRequest } from '../entity.ts';
import { sameRepository } from './named-repository.ts';

type Request = Pick<PageRequest, 'github' | 'repository'>;

/** The pull request with what its page had no room for: a long one takes a request for each hundred more. */
export async function completePullRequest(pull: PullRequest, request: Request): Promise<PullRequest> {
  let whole = pull;
  while (isIncomplete(whole)) whole = append(whole, await readMore(whole, request));
  return whole;
}

function isIncomplete({ commits, reviews, comments }: PullRequest): boolean {
  return [commits, reviews, comments].some((list) => list?.pageInfo.hasNextPage);
}

async function readMore({ number, commits, reviews, comments }: PullRequest, { github, repository }: Request) {
  const data = await github.graphql(pullRequestListsDocument, {
    owner: repository.owner,
    name: repository.name,
    number,
    withCommits: commits.pageInfo.hasNextPage,
    commitsAfter: commits.pageInfo.endCursor ?? null,
    withReviews: reviews?.pageInfo.hasNextPage ?? false,
    reviewsAfter: reviews?.pageInfo.endCursor ?? null,
    withComments: comments.pageInfo.hasNextPage,
    commentsAfter: comments.pageInfo.endCursor ?? null,
  });
  return sameRepository(data.repository, repository).pullRequest ?? GONE;
}

const END = { nodes: [], pageInfo: { hasNextPage: false } };
/** GitHub removes a pull request only with its author, as spam: what was listed stays. */
const GONE = { commits: END, reviews: END, comments: END };

type More = Awaited<ReturnType<typeof readMore>>;

function append(pull: PullRequest, { commits, reviews, comments }: More): PullRequest {
  return {
    ...pull,
    commits: joined(pull.commits, commits),
    reviews: pull.reviews && joined(pull.reviews, reviews),
    comments: joined(pull.comments, comments),
  };
}

interface List<T> {
  readonly nodes: T[];
  readonly pageInfo: PullRequest['commits']['pageInfo'];
}

function joined<T>(list: List<T>, more: List<T> | null | undefined): List<T> {
  return more ? { nodes: [...list.nodes, ...more.nodes], pageInfo: more.pageInfo } : list;
}
