import { notFound, type StandInResponse } from '../request.ts';
import type { Repository } from '../truth/repository.ts';
import type { WorkflowRun } from '../truth/work.ts';
import { workflowJson, workflowRunJson } from './delivery-json.ts';
import { list, ok, param, type RestCall, repositoryOf, type Route } from './route.ts';

const permission = 'actions';

export const workflowRoutes: Route[] = [
  {
    route: 'GET /repos/{owner}/{repo}/actions/workflows',
    permission,
    answer: (call) => {
      const repository = repositoryOf(call);
      const { workflows } = repository;
      return list(
        call,
        workflows,
        (workflow) => workflowJson(repository, workflow),
        (page) => ({
          total_count: workflows.length,
          workflows: page,
        }),
      );
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs',
    permission,
    answer: (call) => {
      const repository = repositoryOf(call);
      const wanted = param(call, 'workflow_id');
      const workflow = repository.workflows.find(
        ({ id, path }) => String(id) === wanted || path.endsWith(`/${wanted}`),
      );
      if (!workflow) throw notFound();
      return runs(
        call,
        repository,
        repository.workflowRuns.filter(({ workflowId }) => workflowId === workflow.id),
      );
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/actions/runs',
    permission,
    answer: (call) => {
      const repository = repositoryOf(call);
      return runs(call, repository, repository.workflowRuns);
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}',
    permission,
    answer: (call) => {
      const repository = repositoryOf(call);
      const run = repository.workflowRuns.find(({ id }) => id === Number(param(call, 'run_id')));
      if (!run) throw notFound();
      return ok(workflowRunJson(repository, run));
    },
  },
];

/** The newest first; with a filter, GitHub lists no more than 1,000. */
function runs(call: RestCall, repository: Repository, all: readonly WorkflowRun[]): StandInResponse {
  const { query } = call.request;
  const filters = ['branch', 'event', 'status', 'created', 'head_sha'].filter((name) => query.has(name));
  const wanted = all
    .filter((run) => isWanted(run, query))
    .toReversed()
    .slice(0, filters.length > 0 ? 1_000 : undefined);
  return list(
    call,
    wanted,
    (run) => workflowRunJson(repository, run),
    (page) => ({
      total_count: wanted.length,
      workflow_runs: page,
    }),
  );
}

function isWanted(run: WorkflowRun, query: URLSearchParams): boolean {
  const status = query.get('status');
  return (
    (query.get('branch') ?? run.headBranch) === run.headBranch &&
    (query.get('event') ?? run.trigger) === run.trigger &&
    (query.get('head_sha') ?? run.headSha) === run.headSha &&
    (status === null || status === run.status || status === run.conclusion) &&
    isWithin(run.createdAt, query.get('created'))
  );
}

/** Such as `>=2026-01-01`, `<2026-01-01T10:00:00Z` and `2026-01-01..2026-02-01`. */
function isWithin(at: string, range: string | null): boolean {
  if (range === null) return true;
  const time = Date.parse(at);
  const [from = '', to = ''] = range.split('..');
  if (range.includes('..')) return (from === '*' || time >= Date.parse(from)) && (to === '*' || time <= Date.parse(to));
  const [, sign = '', date = ''] = /^([<>]?=?)(.+)$/.exec(range) ?? [];
  const other = Date.parse(date);
  const comparisons: Record<string, boolean> = {
    '>': time > other,
    '>=': time >= other,
    '<': time < other,
    '<=': time <= other,
  };
  return comparisons[sign] ?? at.startsWith(date);
}
