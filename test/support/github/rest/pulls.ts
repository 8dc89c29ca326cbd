import { notFound } from '../request.ts';
import type { Repository } from '../truth/repository.ts';
import type { PullRequest } from '../truth/work.ts';
import { commitJson } from './commit-json.ts';
import { list, ok, param, type RestCall, repositoryOf, type Route } from './route.ts';
import { pullJson, reviewCommentJson, reviewJson, simplePullJson } from './work-json.ts';
import { byState, sortWork } from './work-order.ts';

const permission = 'pull_requests';

export const pullRoutes: Route[] = [
  {
    route: 'GET /repos/{owner}/{repo}/pulls',
    permission,
    answer: (call) => {
      const repository = repositoryOf(call);
      const { query } = call.request;
      const [head, base] = [query.get('head'), query.get('base')];
      const pulls = byState(repository.pulls, query.get('state') ?? 'open').filter(
        (pull) =>
          (head ?? `${pull.headOwner}:${pull.headRef}`) === `${pull.headOwner}:${pull.headRef}` &&
          (base ?? pull.baseRef) === pull.baseRef,
      );
      return list(call, sortWork(pulls, query), (pull) => simplePullJson(repository, pull));
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}',
    permission,
    answer: (call) => {
      const { repository, pull } = pullOf(call);
      return ok(pullJson(repository, pull));
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}/commits',
    permission,
    answer: (call) => {
      const { repository, pull } = pullOf(call);
      const commits = pull.commits.slice(0, 250).map((sha) => repository.commit(sha));
      return list(call, commits, (commit) => commitJson({ truth: call.truth, repository }, commit));
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews',
    permission,
    answer: (call) => {
      const { repository, pull } = pullOf(call);
      return list(call, pull.reviews, (review) => reviewJson(repository, pull, review));
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}/comments',
    permission,
    answer: (call) => {
      const { repository, pull } = pullOf(call);
      return list(call, pull.reviewComments, (comment) => reviewCommentJson(repository, pull, comment));
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/pulls/comments',
    permission,
    answer: (call) => {
      const repository = repositoryOf(call);
      const comments = repository.pulls.flatMap((pull) =>
        pull.reviewComments.map((comment) => ({
          pull,
          comment,
          createdAt: comment.createdAt,
          updatedAt: comment.updatedAt,
        })),
      );
      return list(call, sortWork(comments, call.request.query, 'asc'), ({ pull, comment }) =>
        reviewCommentJson(repository, pull, comment),
      );
    },
  },
];

function pullOf(call: RestCall): { repository: Repository; pull: PullRequest } {
  const repository = repositoryOf(call);
  const pull = repository.pull(Number(param(call, 'pull_number')));
  if (!pull) throw notFound();
  return { repository, pull };
}
