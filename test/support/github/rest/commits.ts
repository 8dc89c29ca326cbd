import { notFound, Refusal } from '../request.ts';
import type { Repository } from '../truth/repository.ts';
import type { Commit } from '../truth/work.ts';
import { commitDiff } from './commit-diff.ts';
import { commitJson, fullCommitJson } from './commit-json.ts';
import { list, ok, param, type RestCall, repositoryOf, type Route } from './route.ts';
import { simplePullJson } from './work-json.ts';

const PERMISSION = 'contents';

export const commitRoutes: Route[] = [
  {
    route: 'GET /repos/{owner}/{repo}/commits',
    permission: PERMISSION,
    answer: (call) => {
      const repository = repositoryOf(call);
      const { query } = call.request;
      const tip = repository.resolve(query.get('sha') ?? repository.defaultBranch);
      if (!tip && repository.commits.size === 0) throw new Refusal(409, 'Git Repository is empty.');
      if (!tip) throw notFound();
      const [since, until] = [query.get('since'), query.get('until')];
      const history = repository
        .history(tip.sha)
        .filter(({ committer: { at } }) => !(since && before(at, since)) && !(until && before(until, at)));
      return list(call, history, (commit) => commitJson({ truth: call.truth, repository }, commit));
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/commits/{ref}',
    permission: PERMISSION,
    answer: (call) => {
      const repository = repositoryOf(call);
      const commit = commitOf(repository, param(call, 'ref'));
      if (call.request.headers.accept?.endsWith('.diff') !== true) {
        return ok(fullCommitJson({ truth: call.truth, repository }, commit));
      }
      const headers = { 'content-type': 'application/vnd.github.diff; charset=utf-8' };
      return { status: 200, text: commitDiff(repository, commit), headers };
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls',
    permission: 'pull_requests',
    answer: (call) => {
      const repository = repositoryOf(call);
      return list(call, repository.pullsOf(param(call, 'commit_sha')), (pull) => simplePullJson(repository, pull));
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/compare/{basehead}',
    permission: PERMISSION,
    answer: (call) => ok(compare(call, repositoryOf(call))),
  },
];

function before(a: string, b: string): boolean {
  return Date.parse(a) < Date.parse(b);
}

function commitOf(repository: Repository, ref: string): Commit {
  const commit = repository.resolve(ref);
  if (!commit) throw new Refusal(422, `No commit found for SHA: ${ref}`);
  return commit;
}

function compare({ truth, request, params }: RestCall, repository: Repository): object {
  const [from = '', to = ''] = (params['basehead'] ?? '').split('...');
  const [base, head] = [repository.resolve(from), repository.resolve(to)];
  if (!base || !head) throw notFound();
  const inBase = new Set(repository.history(base.sha).map(({ sha }) => sha));
  const inHead = new Set(repository.history(head.sha).map(({ sha }) => sha));
  const ahead = repository.history(head.sha).filter(({ sha }) => !inBase.has(sha));
  const behind = [...inBase].filter((sha) => !inHead.has(sha)).length;
  const mergeBase = repository.history(base.sha).find(({ sha }) => inHead.has(sha)) ?? base;
  const size = Number(request.query.get('per_page') ?? 250);
  const page = Number(request.query.get('page') ?? 1);
  const api = `https://api.github.com/repos/${repository.fullName}/compare/${params['basehead']}`;
  const html = `https://github.com/${repository.fullName}/compare/${params['basehead']}`;
  const of = { truth, repository };
  const commits = ahead.toReversed().slice((page - 1) * size, page * size);
  return {
    url: api,
    html_url: html,
    permalink_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: commitJson(of, base),
    merge_base_commit: commitJson(of, mergeBase),
    status: ahead.length === 0 ? (behind === 0 ? 'identical' : 'behind') : behind === 0 ? 'ahead' : 'diverged',
    ahead_by: ahead.length,
    behind_by: behind,
    total_commits: ahead.length,
    commits: commits.map((commit) => commitJson(of, commit)),
    files: [],
  };
}
