import { notFound } from '../request.ts';
import { list, ok, param, type RestCall, repositoryOf, type Route } from './route.ts';
import { issueCommentJson, issueJson } from './work-json.ts';
import { byState, sortWork } from './work-order.ts';

const permission = 'issues';

export const issueRoutes: Route[] = [
  {
    route: 'GET /repos/{owner}/{repo}/issues',
    permission,
    answer: (call) => {
      const repository = repositoryOf(call);
      const { query } = call.request;
      const items = byState([...repository.issues, ...repository.pulls], query.get('state') ?? 'open');
      return list(call, sortWork(items, query), (item) => issueJson(repository, item));
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/issues/{issue_number}',
    permission,
    answer: (call) => {
      const { repository, item } = itemOf(call);
      return ok(issueJson(repository, item));
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
    permission,
    answer: (call) => {
      const { repository, item } = itemOf(call);
      return list(call, item.comments, (comment) => issueCommentJson(repository, item.number, comment));
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/issues/comments',
    permission,
    answer: (call) => {
      const repository = repositoryOf(call);
      const comments = [...repository.issues, ...repository.pulls].flatMap(({ number, comments: each }) =>
        each.map((comment) => ({ number, comment, createdAt: comment.createdAt, updatedAt: comment.updatedAt })),
      );
      const sorted = sortWork(comments, call.request.query, 'asc');
      return list(call, sorted, ({ number, comment }) => issueCommentJson(repository, number, comment));
    },
  },
];

function itemOf(call: RestCall) {
  const repository = repositoryOf(call);
  const number = Number(param(call, 'issue_number'));
  const item = [...repository.issues, ...repository.pulls].find((each) => each.number === number);
  if (!item) throw notFound();
  return { repository, item };
}
